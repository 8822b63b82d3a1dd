"""Runs the proxy with its Caddyfile in front of three nodes that do nothing but answer, and takes the database away from one, then from all.

python3 check.py CADDY
"""

import http.server
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

CADDYFILE = pathlib.Path(__file__).parent / "Caddyfile"
# Longer than health_interval.
SEEN = 3


class Node(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server = self.server
        up = {"/readyz/node": not server.ends, "/readyz/database": server.database and not server.ends}
        # What is published is read from the bucket, everything else from the database.
        status = 200 if up.get(self.path, server.database or self.path.startswith("/exports/")) else 503
        body = b"words of a node"
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.send_header("x-node", str(server.server_port))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_):
        pass


def node():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Node)
    server.ends, server.database = False, True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def free_port():
    server = http.server.HTTPServer(("127.0.0.1", 0), Node)
    server.server_close()
    return server.server_port


def main():
    nodes, port = [node() for _ in range(3)], free_port()
    text = CADDYFILE.read_text().replace("{$BLUEZONE_HOST}", f"http://127.0.0.1:{port}")
    for number, server in enumerate(nodes, 1):
        text = text.replace(f"node{number}:8080", f"127.0.0.1:{server.server_port}")

    def ask(path, body=None):
        try:
            answer = urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=body))
        except urllib.error.HTTPError as error:
            answer = error
        return answer.status, answer.read(), answer.headers.get("x-node")

    def expect(when, path, status, words=True, body=None):
        found = [ask(path, body) for _ in range(6)]
        for got, said, _ in found:
            assert got == status and bool(said) == words, f"{when}: {path} gives {got} {said}"
        return {int(by) for _, _, by in found if by}

    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder, "Caddyfile")
        config.write_text(text)
        caddy = subprocess.Popen(
            [sys.argv[1], "run", "--config", config, "--adapter", "caddyfile"],
            stderr=subprocess.DEVNULL, env=os.environ | {"HOME": folder},
        )
        try:
            time.sleep(SEEN)
            for path in ["/livez", "/readyz", "/readyz/node", "/readyz/database"]:
                expect("from outside", path, 404, words=False)
            expect("all is well", "/declare", 200)

            nodes[0].database = False
            time.sleep(SEEN)
            by = expect("one node is cut off", "/declare", 200)
            assert nodes[0].server_port not in by, "a node that is cut off is asked"

            for server in nodes:
                server.database = False
            time.sleep(SEEN)
            expect("the database is away", "/exports/index.txt", 200)
            expect("the database is away", "/v1/publish", 503, body=b"keys")
            expect("the database is away", "/declare", 503)

            nodes[0].ends = True
            time.sleep(SEEN)
            by = expect("a node ends", "/exports/index.txt", 200)
            assert nodes[0].server_port not in by, "a node that ends is asked"
        finally:
            caddy.terminate()
            caddy.wait()
    print("ok")


main()
