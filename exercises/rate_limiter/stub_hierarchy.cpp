// Level 6: one limiter for a tree of quotas.
#include "hierarchy.hpp"
#include "kit/not_implemented.hpp"

namespace rate_limiter {

static_assert(contract_version == 1, "this solution was written for contract 1");

namespace {

class Tree final : public Hierarchy {
 public:
  Tree(std::vector<OrganisationQuota> organisations, const kit::Clock& clock)
      : organisations_(std::move(organisations)), clock_(clock) {}

  TreeDecision acquire(std::string_view key, std::string_view route, std::int64_t cost) override {
    // Three questions to begin with:
    //   In which unit are 7 tokens in 3 s, and w/W of them, whole numbers?
    //   Who has to agree before anybody takes?
    //   A key's share is full and goes on growing. To whom does that go?
    kit::not_implemented("Tree::acquire");
  }

  std::int64_t would_have_denied(Node node, std::string_view key,
                                 std::string_view route) const override {
    kit::not_implemented("Tree::would_have_denied");
  }

 private:
  [[maybe_unused]] const std::vector<OrganisationQuota> organisations_;
  [[maybe_unused]] const kit::Clock& clock_;
};

}  // namespace

std::unique_ptr<Hierarchy> make_hierarchy(const std::vector<OrganisationQuota>& organisations,
                                          const kit::Clock& clock) {
  return std::make_unique<Tree>(organisations, clock);
}

}  // namespace rate_limiter
