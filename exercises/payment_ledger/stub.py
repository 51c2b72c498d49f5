"""The payment ledger in Python: complete Ledger.

README.md and api.hpp, beside the stub, say what it owes. It is a whole server, one file with the
standard library (docs/protocols.md has the requests). Each connection has a thread; the ledger is
asked by one at a time.
"""
import http.server
import json
import os
import threading

LEGS_MAX = 100
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


class Service:
    def __init__(self):
        self.lock = threading.Lock()
        self.ledger = None

    def answer(self, method, target, headers, body):
        """Returns (status, headers, value for the body)."""
        if method == "PUT" and target == "/test/ledger":
            if self.parsed(body).get("level") != 1:
                raise Refused(501, "unknown_level")
            self.ledger = Ledger()
            return 200, {}, {}
        with self.lock:
            return self.answer_of_books(method, target, body)

    def answer_of_books(self, method, target, body):
        if (method, target) == ("POST", "/v1/accounts"):
            account, currency, floor = members(self.parsed(body), "id", "currency",
                                               optional=("floor",))
            self.ledger.open(text(account), text(currency),
                             None if floor is None else whole(floor))
            return 201, {}, {"id": account}
        if (method, target) == ("POST", "/v1/entries"):
            [legs] = members(self.parsed(body), "legs")
            expect(isinstance(legs, list) and len(legs) <= LEGS_MAX, "wanted: at most 100 legs")
            self.ledger.post([leg_of(leg) for leg in legs])
            return 201, {}, {"posted": True}
        if method == "GET" and target.startswith("/v1/accounts/"):
            debits, credits = self.ledger.totals(target.removeprefix("/v1/accounts/"))
            return 200, {}, {"debits": debits, "credits": credits}
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
            status, headers, value = self.service.answer(self.command, self.path, self.headers,
                                                         body)
        except Refused as error:
            status, headers = error.status, {}
            value = {"error": {"code": error.code, "message": error.message}}
        except NotImplementedError as error:
            return self.reply(501, {}, f"not implemented: {error} at {where(error)}\n".encode())
        except Exception as error:  # the grader wants to hear of it, and goes on
            said = f"{type(error).__name__} at {where(error)}: {error}\n"
            return self.reply(500, {}, said.encode())
        self.reply(status, {"Content-Type": "application/json", **headers},
                   json.dumps(value).encode())

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
