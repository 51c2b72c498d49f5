"""A payment ledger in one Python file: the standard library's server, and SQLite for the books."""
import http.client
import http.server
import json
import os
import sqlite3
import threading

LEGS_MAX = 100
BODY_BYTES_MAX = 2**20
LIFETIME_MS = 24 * 60 * 60 * 1000
INT64_MAX = 2**63 - 1


class Refused(Exception):
    """Answered with this status, and {"error": {"code": ..., "message": ...}}."""

    def __init__(self, status, code, message=""):
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


class Ledger:
    """Totals in SQLite: an entry is a transaction, so that half of one is never there."""

    def __init__(self):
        self.store = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self.store.execute("CREATE TABLE account (id TEXT PRIMARY KEY, currency TEXT, floor "
                           "INTEGER, debits INTEGER DEFAULT 0, credits INTEGER DEFAULT 0)")

    def open(self, account, currency, floor):
        try:
            self.store.execute("INSERT INTO account (id, currency, floor) VALUES (?, ?, ?)",
                               (account, currency, floor))
        except sqlite3.IntegrityError as error:
            raise Refused(409, "account_exists") from error

    def post(self, legs):
        self.store.execute("BEGIN")
        try:
            self.check(legs)
            for leg in legs:
                self.add(leg)
            self.check_floors({leg["account"] for leg in legs})
        except Refused:
            self.store.execute("ROLLBACK")
            raise
        self.store.execute("COMMIT")

    def check(self, legs):
        if len(legs) < 2:
            raise Refused(422, "too_few_legs")
        if any(leg["amount"] <= 0 for leg in legs):
            raise Refused(422, "amount_not_positive")
        found = [self.row(leg["account"]) for leg in legs]
        if None in found:
            raise Refused(422, "unknown_account")
        if any(row[0] != leg["currency"] for row, leg in zip(found, legs)):
            raise Refused(422, "wrong_currency")
        sums = {}
        for leg in legs:
            sides = sums.setdefault(leg["currency"], {"debit": 0, "credit": 0})
            sides[leg["side"]] += leg["amount"]
        if any(max(sides.values()) > INT64_MAX for sides in sums.values()):
            raise Refused(422, "sum_overflow")
        if any(sides["debit"] != sides["credit"] for sides in sums.values()):
            raise Refused(422, "unbalanced")

    def add(self, leg):
        _, _, debits, credits = self.row(leg["account"])
        before = debits if leg["side"] == "debit" else credits
        if before + leg["amount"] > INT64_MAX:
            raise Refused(422, "balance_overflow")
        column = "debits" if leg["side"] == "debit" else "credits"
        self.store.execute(f"UPDATE account SET {column} = ? WHERE id = ?",
                           (before + leg["amount"], leg["account"]))

    def check_floors(self, accounts):
        for account in accounts:
            _, floor, debits, credits = self.row(account)
            if floor is not None and credits - debits < floor:
                raise Refused(422, "below_floor")

    def row(self, account):
        return self.store.execute("SELECT currency, floor, debits, credits FROM account "
                                  "WHERE id = ?", (account,)).fetchone()

    def totals(self, account):
        row = self.row(account)
        if row is None:
            raise Refused(404, "unknown_account")
        return row[2], row[3]


class Keys:
    """A dict from caller and key to what is known: parameters, when it was new, the answer."""

    def __init__(self, clock):
        self.clock = clock
        self.lock = threading.Lock()
        self.known = {}

    def run(self, caller, key, parameters, act):
        with self.lock:
            place = self.known.get((caller, key))
            if place and place["answer"] is None:
                return "in_flight", None
            if place and self.clock() - place["since"] < LIFETIME_MS:
                if place["parameters"] != parameters:
                    return "mismatch", None
                return "replayed", place["answer"]
            place = {"parameters": parameters, "since": self.clock(), "answer": None}
            self.known[caller, key] = place
        try:
            answer = act()
        except BaseException:
            with self.lock:
                del self.known[caller, key]
            raise
        with self.lock:
            place["answer"] = answer
        return "executed", answer


def allocate(amount, basis_points, fixed, weights):
    fee = min((amount * basis_points + 5_000) // 10_000 + fixed, amount)
    rest, total = amount - fee, sum(weights)
    shares = [rest * weight // total for weight in weights]
    losers = sorted(range(len(weights)), key=lambda place: -(rest * weights[place] % total))
    for place in losers[:rest - sum(shares)]:
        shares[place] += 1
    return fee, shares


# All below is the server around it, and needs no change.


def expect(holds, what):
    if not holds:
        raise Refused(400, "invalid_request", what)


def once_each(pairs):
    expect(len({name for name, _ in pairs}) == len(pairs), "a name is there twice")
    return dict(pairs)


def members(value, *names, optional=()):
    """The members of an object that has these names and no others; those missing are None."""
    expect(isinstance(value, dict) and set(value) <= {*names, *optional}, f"wanted: {names}")
    expect(all(name in value for name in names), f"wanted: {names}")
    return [value.get(name) for name in (*names, *optional)]


def text(value):
    expect(isinstance(value, str) and 0 < len(value) <= 64, "wanted: a name")
    return value


def whole(value):
    good = isinstance(value, int) and not isinstance(value, bool)
    expect(good and -INT64_MAX - 1 <= value <= INT64_MAX, "wanted: a whole number of 64 bits")
    return value


def leg_of(value):
    account, side, amount, currency = members(value, "account", "side", "amount", "currency")
    expect(side in ("debit", "credit"), "a side is debit or credit")
    return {"account": text(account), "side": side, "amount": whole(amount),
            "currency": text(currency)}


def as_json(status, value):
    return status, {"Content-Type": "application/json"}, json.dumps(value).encode()


def ask_processor(caller, body):
    """Returns (status, body). Raises Refused where the processor did nothing, for certain."""
    config = json.loads(os.environ["ASSAY_CONFIG"])
    connection = http.client.HTTPConnection(config["processor"], timeout=30)
    try:
        connection.request("POST", "/charges", body, {"Content-Type": "application/json",
                                                      "Authorization": f"Bearer {caller}"})
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    if answer.status == 503:
        raise Refused(503, "processor_busy")
    return answer.status, content


class Service:
    def __init__(self):
        self.lock = threading.Lock()  # of the ledger, which is asked by one at a time
        self.ledger = self.keys = None
        self.now_ms = 0

    def answer(self, method, target, headers, body):
        """Returns (status, headers, bytes of the body)."""
        if len(body) > BODY_BYTES_MAX:
            raise Refused(413, "too_large")
        if (method, target) == ("PUT", "/test/ledger"):
            return self.begin(self.parsed(body).get("level"))
        if (method, target) == ("POST", "/test/clock"):
            [self.now_ms] = members(self.parsed(body), "now_ms")
            return 204, {}, b""
        if (method, target) == ("POST", "/v1/charges"):
            return self.charge(headers, body)
        if (method, target) == ("POST", "/v1/allocations"):
            fee, shares = allocate(*members(self.parsed(body), "amount", "basis_points", "fixed",
                                            "weights"))
            return as_json(200, {"fee": fee, "shares": shares})
        with self.lock:
            return self.answer_of_books(method, target, body)

    def begin(self, level):
        """Everything is as new, for a level."""
        if level == 1:
            self.ledger = Ledger()
        elif level == 2:
            self.now_ms = 0
            self.keys = Keys(lambda: self.now_ms)
        else:
            raise Refused(501, "unknown_level")
        return 204, {}, b""

    def charge(self, headers, body):
        # What is wrong with a request is found before its key is looked at.
        asked = self.parsed(body)
        amount, *texts = members(asked, "amount", "currency", "card", optional=("reference",))
        expect(whole(amount) > 0, "an amount is 1 or more")
        for value in texts:
            expect(value is None or text(value), "wanted: a name")
        caller = headers.get("Authorization", "").removeprefix("Bearer ")
        if not caller:
            raise Refused(401, "unauthenticated")
        key = headers.get("Idempotency-Key", "").strip('"')
        expect(0 < len(key) <= 255, "Idempotency-Key is 1 to 255 characters")
        outcome, answer = self.keys.run(caller, key, asked, lambda: ask_processor(caller, body))
        if outcome == "in_flight":
            raise Refused(409, "idempotency_key_in_use")
        if outcome == "mismatch":
            raise Refused(422, "idempotency_error")
        marks = {"Idempotent-Replayed": "true"} if outcome == "replayed" else {}
        return answer[0], {"Content-Type": "application/json", **marks}, answer[1]

    def answer_of_books(self, method, target, body):
        if (method, target) == ("POST", "/v1/accounts"):
            account, currency, floor = members(self.parsed(body), "id", "currency",
                                               optional=("floor",))
            self.ledger.open(text(account), text(currency),
                             None if floor is None else whole(floor))
            return as_json(201, {"id": account})
        if (method, target) == ("POST", "/v1/entries"):
            [legs] = members(self.parsed(body), "legs")
            expect(isinstance(legs, list) and len(legs) <= LEGS_MAX, "wanted: at most 100 legs")
            self.ledger.post([leg_of(leg) for leg in legs])
            return as_json(201, {"posted": True})
        if method == "GET" and target.startswith("/v1/accounts/"):
            debits, credits = self.ledger.totals(target.removeprefix("/v1/accounts/"))
            return as_json(200, {"debits": debits, "credits": credits})
        raise Refused(404, "not_found")

    @staticmethod
    def parsed(body):
        try:
            return json.loads(body, object_pairs_hook=once_each)
        except ValueError as error:
            raise Refused(400, "invalid_request", str(error)) from error


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    service = Service()

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            if self.path == "/healthz":
                return self.reply(200, {}, b"ok\n")
            reply = self.service.answer(self.command, self.path, self.headers, body)
        except Refused as error:
            reply = as_json(error.status, {"error": {"code": error.code,
                                                     "message": error.message}})
        except NotImplementedError as error:
            return self.reply(501, {}, f"not implemented: {error} at {where(error)}\n".encode())
        except Exception as error:  # the grader wants to hear of it, and goes on
            said = f"{type(error).__name__} at {where(error)}: {error}\n"
            return self.reply(500, {}, said.encode())
        self.reply(*reply)

    def reply(self, status, headers, body):
        self.send_response_only(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = answer

    def log_message(self, *words):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass  # a client that went away


def where(error):
    trace = error.__traceback__
    while trace.tb_next:
        trace = trace.tb_next
    file = os.path.basename(trace.tb_frame.f_code.co_filename)
    return f"{os.path.join(os.environ.get('ASSAY_FOLDER', ''), file)}:{trace.tb_lineno}"


if __name__ == "__main__":
    Server(("127.0.0.1", int(os.environ["ASSAY_PORT"])), Handler).serve_forever()
