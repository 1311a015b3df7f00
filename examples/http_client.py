#!/usr/bin/env python3
"""Asks a `simdb serve` about pictures, with Python's standard library alone.

usage: http_client.py URL TOKEN_FILE FILE...              what are they?
       http_client.py URL TOKEN_FILE --add CLASS FILE...  adds them to a class
"""

import http.client
import json
import sys
import urllib.parse


class Simdb:
    """A server. Each answer is what its OpenAPI document, URL/v1/openapi.json, says."""

    def __init__(self, url, token):
        self.host = urllib.parse.urlsplit(url).netloc
        self.token = token

    def ask(self, method, path, body=None, content_type="application/json", **parameters):
        # quote, not the '+' of a web form: to simdb a '+' is a plus.
        target = path + "?" + urllib.parse.urlencode(parameters, quote_via=urllib.parse.quote)
        connection = http.client.HTTPConnection(self.host, timeout=60)
        try:
            connection.request(method, target, body, {"Authorization": "Bearer " + self.token, "Content-Type": content_type})
            response = connection.getresponse()
            answer = json.load(response)
        finally:
            connection.close()
        if response.status >= 400:  # a problem document, RFC 9457
            raise RuntimeError(f"{answer['detail']} (request {answer['request_id']})")
        return answer

    def query(self, image, **parameters):
        return self.ask("POST", "/v1/query", image, "application/octet-stream", **parameters)

    def add(self, image, class_name, **parameters):
        return self.ask("POST", "/v1/items", image, "application/octet-stream", **parameters, **{"class": class_name})


def main(url, token_file, *words):
    with open(token_file) as file:
        server = Simdb(url, file.read().strip())
    class_name, files = (words[1], words[2:]) if words[0] == "--add" else (None, words)
    for name in files:
        with open(name, "rb") as file:
            image = file.read()
        if class_name:
            print(f"{name}: item {server.add(image, class_name)['id']} of {class_name}")
            continue
        answer = server.query(image, k=5, name=name)
        possible = " or ".join(entry["class"] for entry in answer.get("possible", [])) or answer["class"]
        print(f"{name}: {answer['decision']}" + (f", {possible}" if answer["decision"] != "unknown" else ""))


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
