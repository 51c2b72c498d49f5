"""A gateway in one file: the limits, and the server around them from the stub.

One lock and one condition for everything: at these rates nobody waits for them.
"""
import http.client
import http.server
import json
import math
import os
import threading
import time

OF_ONE_CONNECTION = {"connection", "content-length", "host", "keep-alive", "transfer-encoding"}


class Gateway:
    def __init__(self, config):
        self.config = config
        self.changed = threading.Condition()
        self.full_at = {}  # by key and name of the quota
        self.present = {}  # by key
        self.free = config["service"]["slots"]
        self.critical_waiting = 0

    def handle(self, method, target, headers, body, peer):
        key = self.key_of(headers, peer)
        if not self.enter(key):
            return 429, [], b"too many requests of this key at once\n"
        try:
            return self.limited(key, method, target, headers, body)
        finally:
            with self.changed:
                self.present[key] -= 1

    def limited(self, key, method, target, headers, body):
        route = self.route_of(target)
        wait, fields = self.ask_quotas(key, route)
        if wait > 0:
            retry = [("Retry-After", str(math.ceil(wait)))]
            return 429, retry + fields, b"the quota is used up\n"
        if not self.take_slot(route.get("critical", False)):
            return 503, [("Retry-After", "1")] + fields, b"the service is busy\n"
        try:
            status, answered, content = self.send(method, target, headers, body)
            return status, answered + fields, content
        except TimeoutError:
            return 504, fields, b"the service did not answer in time\n"
        except (OSError, http.client.HTTPException) as error:
            return 502, fields, f"the service failed: {error!r}\n".encode()
        finally:
            with self.changed:
                self.free += 1
                self.changed.notify_all()

    def key_of(self, headers, peer):
        keys = [value for name, value in headers if name.lower() == "x-api-key"]
        if keys:
            return "key", keys[0]
        trusted = self.config["trusted_proxies"]
        if peer not in trusted:
            return "address", peer
        lines = [value for name, value in headers if name.lower() == "x-forwarded-for"]
        path = [each.strip() for each in ",".join(lines).split(",") if each.strip()]
        clients = [each for each in path if each not in trusted]
        return "address", clients[-1] if clients else peer

    def enter(self, key):
        with self.changed:
            if self.present.get(key, 0) == self.config["key"]["at_once"]:
                return False
            self.present[key] = self.present.get(key, 0) + 1
            return True

    def route_of(self, target):
        fitting = [each for each in self.config["routes"] if target.startswith(each["prefix"])]
        return max(fitting, key=lambda each: len(each["prefix"]), default={})

    def ask_quotas(self, key, route):
        """How long to wait (0: a token was taken from each bucket), and the header fields."""
        quotas = [("key", self.config["key"])]
        if "requests" in route:
            quotas.append((route["name"], route))
        with self.changed:
            now = time.monotonic()
            debts = [max(self.full_at.get((key, name), 0) - now, 0) for name, _ in quotas]
            tokens = [quota["window_s"] / quota["requests"] for _, quota in quotas]
            wait = max(max(debt - (quota["window_s"] - token), 0)
                       for debt, token, (_, quota) in zip(debts, tokens, quotas))
            if wait == 0:
                debts = [debt + token for debt, token in zip(debts, tokens)]
                for debt, (name, _) in zip(debts, quotas):
                    self.full_at[key, name] = now + debt
        policies, limits = [], []
        for debt, token, (name, quota) in zip(debts, tokens, quotas):
            left = max(math.floor((quota["window_s"] - debt) / token), 0)
            until_more = debt - (quota["window_s"] - (left + 1) * token)
            policies.append(f'"{name}";q={quota["requests"]};w={quota["window_s"]}')
            limits.append(f'"{name}";r={left};t={max(math.ceil(until_more), 0)}')
        return wait, [("RateLimit-Policy", ", ".join(policies)), ("RateLimit", ", ".join(limits))]

    def take_slot(self, critical):
        limit = self.config["service"]["queue_ms"] / 1000
        with self.changed:
            self.critical_waiting += critical
            try:
                free = self.changed.wait_for(
                    lambda: self.free > 0 and (critical or self.critical_waiting == 0), limit)
            finally:
                self.critical_waiting -= critical
            self.free -= bool(free)
            self.changed.notify_all()
            return free

    def send(self, method, target, headers, body):
        """What the service answers. TimeoutError: not in time; OSError, HTTPException: broken."""
        service = self.config["service"]
        host, port = service["address"].split(":")
        connection = http.client.HTTPConnection(host, int(port),
                                                timeout=service["limit_ms"] / 1000)
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in headers:
                if name.lower() not in OF_ONE_CONNECTION:
                    connection.putheader(name, value)
            if body:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            answer = connection.getresponse()
            content = answer.read()
            kept = [pair for pair in answer.getheaders()
                    if pair[0].lower() not in OF_ONE_CONNECTION]
            return answer.status, kept, content
        finally:
            connection.close()


# All below is the server around it, and needs no change.


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    gateway = None

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            if self.path == "/healthz":
                reply = 200, [], b"ok\n"
            else:
                reply = self.gateway.handle(self.command, self.path, self.headers.items(), body,
                                            self.client_address[0])
        except NotImplementedError as error:
            reply = 501, [], f"not implemented: {error} at {where(error)}\n".encode()
        except Exception as error:  # the grader wants to hear of it, and goes on
            reply = 500, [], f"{type(error).__name__} at {where(error)}: {error}\n".encode()
        self.reply(*reply)

    def reply(self, status, headers, body):
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

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
    Handler.gateway = Gateway(json.loads(os.environ["ASSAY_CONFIG"]))
    Server(("127.0.0.1", int(os.environ["ASSAY_PORT"])), Handler).serve_forever()
