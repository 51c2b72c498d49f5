#!/usr/bin/env python3
"""Goal: `assay proxy` as its users meet it: by command line, schedule and HTTP; how it ends; what
it says to bad input. Method: the program (ASSAY_PROXY) in front of a server of the test's own."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import threading
import unittest
import urllib.error
import urllib.request

PROGRAM = os.environ["ASSAY_PROXY"]
PATIENCE_SECONDS = 60


class EchoServer:
    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    @staticmethod
    def serve(client):
        with client:
            try:
                while data := client.recv(65536):
                    client.sendall(data)
            except OSError:
                pass


class ProxyTest(unittest.TestCase):
    def setUp(self):
        self.server = EchoServer()
        self.addCleanup(self.server.listener.close)

    def start(self, *options):
        command = [PROGRAM, "0", str(self.server.port), *options]
        # Unbuffered, so that a line that is read here takes nothing from communicate().
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   bufsize=0)
        self.addCleanup(self.end, process)
        first = (process.stderr if "--json" in options else process.stdout).readline().decode()
        self.assertRegex(first, r"^listens on 127\.0\.0\.1:\d+, passes to ")
        return process, int(first.split(",")[0].rsplit(":", 1)[1])

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def echo(self, port, text=b"hello"):
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as client:
            client.sendall(text)
            return client.recv(len(text))

    def schedule(self, text):
        file = tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False)
        self.addCleanup(os.unlink, file.name)
        with file:
            file.write(text)
        return file.name

    def interrupt(self, process):
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
        self.assertEqual(process.returncode, 130, err)
        return out.decode()

    def test_interrupted_it_tells_its_counters(self):
        process, port = self.start("--fault", "delay 1ms to the client")
        self.assertEqual(self.echo(port), b"hello")
        out = self.interrupt(process)
        self.assertIn("delay 1ms to the client (a peer in another region", out)
        self.assertIn("connections: 1 accepted", out)
        self.assertIn("to the server: 5 bytes passed", out)

    def test_a_schedule_with_an_end_ends_it(self):
        file = self.schedule("at 0s bandwidth 100MB/s\nat 50ms pass\nat 100ms end\n")
        process, port = self.start("--schedule", file, "--json")
        self.assertEqual(self.echo(port), b"hello")
        out, _ = process.communicate(timeout=PATIENCE_SECONDS)
        self.assertEqual(process.returncode, 0)
        document = json.loads(out)
        self.assertEqual(document["format"], "assay-proxy/1")
        self.assertEqual([event["fault"] for event in document["events"]],
                         ["bandwidth 100MB/s", "pass"])
        self.assertEqual(document["to_server"]["passed_bytes"], 5)

    def test_it_is_controlled_by_http(self):
        process, port = self.start("--control", "0")
        control = "http://" + process.stdout.readline().decode().split()[-1]

        def ask(path, body=None):
            with urllib.request.urlopen(control + path, body, timeout=PATIENCE_SECONDS) as answer:
                return answer.read().decode()

        self.assertEqual(ask("/fault", b"refuse"), "refuse\n")
        with self.assertRaises(ConnectionRefusedError):
            self.echo(port)
        self.assertIn("in force: refuse (the server's process is down", ask("/"))
        self.assertEqual(ask("/pass", b""), "pass\n")
        self.assertEqual(self.echo(port), b"hello")
        self.assertEqual(json.loads(ask("/json"))["connections"]["accepted"], 1)
        with self.assertRaises(urllib.error.HTTPError) as raised:
            ask("/fault", b"clogg")
        self.assertIn("did you mean 'clog'", raised.exception.read().decode())
        raised.exception.close()
        self.assertIn("refuse (the server's process is down", self.interrupt(process))

    def refused(self, *arguments):
        done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False,
                              timeout=PATIENCE_SECONDS)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertTrue(done.stderr.startswith("assay: "), done.stderr)
        return done.stderr

    def test_bad_input_is_one_line_and_exit_code_2(self):
        upstream = str(self.server.port)
        self.assertIn("did you mean 'delay'", self.refused("0", upstream, "--fault", "dely 2ms"))
        self.assertIn("write HOST:PORT", self.refused("0", "http"))
        self.assertIn("listen on", self.refused(upstream, upstream))
        self.assertIn("can't read the schedule", self.refused("0", upstream, "--schedule", "/no"))
        kill = self.schedule("at 1s kill\n")
        self.assertIn("'kill' is done to a process",
                      self.refused("0", upstream, "--schedule", kill))
        wrong = self.schedule("at 1s pass\nclog\n")
        self.assertIn("line 2", self.refused("0", upstream, "--schedule", wrong))
        self.refused("0")
        self.refused("0", upstream, "--seed", "many")

    def test_help_has_every_fault_with_its_cause(self):
        done = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=True)
        self.assertIn("slice 1 byte every 1ms", done.stdout)
        self.assertIn("cause: a peer whose process is stopped", done.stdout)
        self.assertEqual(pathlib.Path(PROGRAM).name, "assay-proxy")


if __name__ == "__main__":
    unittest.main()
