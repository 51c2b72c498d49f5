"""The payment ledger in Python: complete Ledger; at level 2, Keys and allocate.

README.md and the headers, beside the stub, say what they owe. It is a whole server, one file with
the standard library (docs/protocols.md has the requests). Each connection has a thread.
"""
import http.client
import http.server
import json
import os
import threading

LEGS_MAX = 100
BODY_BYTES_MAX = 2**20
INT64_MAX = 2**63 - 1


class Refused(Exception):
    """Answered with this status, and {"error": {"code": ..., "message": ...}}."""

    def __init__(self, status, code, message=""):
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


class Ledger:
    """Level 1. Amounts are whole numbers; a leg is a dict: account, side, amount, currency."""

    def open(self, account, currency, floor):
        """Raises Refused(409, "account_exists"). `floor` is None for an account without one."""
        # What has to be remembered of an account?
        raise NotImplementedError("Ledger.open")

    def post(self, legs):
        """Posts all of them, or raises Refused(422, reason) and has changed nothing.

        The reason is the first that holds of: too_few_legs, amount_not_positive, unknown_account,
        wrong_currency, sum_overflow, unbalanced, balance_overflow, below_floor.
        """
        # The third leg of four is wrong. What has happened to the first two?
        raise NotImplementedError("Ledger.post")

    def totals(self, account):
        """Returns (debits, credits), or raises Refused(404, "unknown_account")."""
        raise NotImplementedError("Ledger.totals")


# Level 2: idempotency.hpp and allocation.hpp, beside the stub, say what is owed.


class Keys:
    """Requests that are sent again. Any thread may call it; clock() is the time in ms."""

    def __init__(self, clock):
        self.clock = clock

    def run(self, caller, key, parameters, act):
        """Calls act() if the key of this caller is new, and keeps the (status, body) that comes.

        Returns ("executed", answer), ("replayed", answer), ("in_flight", None) or
        ("mismatch", None). If act() raises, nothing was done: the key is as if it was never used.
        `parameters` is a dict.
        """
        # Fifty threads come with the same new key at once. Which of them acts?
        raise NotImplementedError("Keys.run")


def allocate(amount, basis_points, fixed, weights):
    """Returns (fee, shares), which add up to the amount."""
    raise NotImplementedError("allocate")


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
