#include "proc/tiers.hpp"

#include <sys/prctl.h>

#include <array>
#include <fstream>
#include <mutex>

namespace assay::proc {
namespace {

constexpr std::array<Tier, 3> kTiers = {Tier::namespaces, Tier::landlock, Tier::processes};

struct Verdict {
  bool tried = false;
  std::string refusal;  // empty: it works
};

class Verdicts {
 public:
  Verdict of(Tier tier) {
    const std::lock_guard lock(mutex_);
    return verdicts_.at(static_cast<std::size_t>(tier));
  }
  void set(Tier tier, const std::string& refusal) {
    const std::lock_guard lock(mutex_);
    verdicts_.at(static_cast<std::size_t>(tier)) = {true, refusal};
  }

 private:
  std::mutex mutex_;
  std::array<Verdict, kTiers.size()> verdicts_;
};

Verdicts& verdicts() {
  static Verdicts of_this_machine;
  return of_this_machine;
}

// Nothing if the tier is refused; `refusal` then says why.
std::unique_ptr<GuardProcess> open_guard(Tier tier, std::string& refusal) {
  const Verdict known = verdicts().of(tier);
  refusal = known.refusal;
  if (!refusal.empty()) return nullptr;
  try {
    auto guard = std::make_unique<GuardProcess>(tier, !known.tried);
    verdicts().set(tier, "");
    return guard;
  } catch (const TierRefused& refused) {
    refusal = refused.what();
    // A refusal that comes after a success has a passing cause, such as a full disk.
    if (!known.tried) verdicts().set(tier, refusal);
    return nullptr;
  }
}

bool kernel_setting_is(const char* path, const std::string& value) {
  std::ifstream file(path);
  std::string found;
  return file >> found && found == value;
}

std::string fix_for(Tier tier) {
  if (tier == Tier::processes) return "See that $TMPDIR or /tmp can be written and runs programs.";
  if (tier == Tier::landlock) {
    return "Use Linux 5.13 or later, with landlock in the kernel parameter lsm= (a container may "
           "forbid its system calls: then use a newer runtime).";
  }
  if (kernel_setting_is("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1")) {
    return "As root: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0";
  }
  if (kernel_setting_is("/proc/sys/kernel/unprivileged_userns_clone", "0")) {
    return "As root: sysctl -w kernel.unprivileged_userns_clone=1";
  }
  if (kernel_setting_is("/proc/sys/user/max_user_namespaces", "0")) {
    return "As root: sysctl -w user.max_user_namespaces=10000";
  }
  return "In a container, start it with --privileged, or with --cap-add SYS_ADMIN and "
         "--security-opt seccomp=unconfined; in a chroot, run as root with /proc mounted.";
}

}  // namespace

std::unique_ptr<GuardProcess> open_best_guard(Tier strongest, std::vector<std::string>& reasons) {
  for (const Tier tier : kTiers) {
    if (tier < strongest) continue;
    std::string refusal;
    if (auto guard = open_guard(tier, refusal)) return guard;
    reasons.push_back("No " + std::string(name_of(tier)) + " here: " + refusal + ".");
  }
  std::string all = "no cell can be made on this machine.";
  for (const std::string& reason : reasons) all += " " + reason;
  throw CellError(all);
}

std::vector<TierProbe> probe_tiers() {
  std::vector<TierProbe> probes;
  for (const Tier tier : kTiers) {
    TierProbe probe{tier, false, "", ""};
    probe.available = open_guard(tier, probe.reason) != nullptr;
    if (!probe.available) probe.fix = fix_for(tier);
    probes.push_back(probe);
  }
  return probes;
}

void harden_this_process() { ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

}  // namespace assay::proc
