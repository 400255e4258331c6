"""Launches a search over HTTP, follows it to its end, and fetches its fastest model. Needs nothing but Python."""
import json, sys, time, urllib.error, urllib.request

base, token, search, out = sys.argv[1:]  # http://127.0.0.1:PORT the token search.yaml model.onnx


def call(path, body=None, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items() if value}
    request = urllib.request.Request(f"{base}/api/v1{path}", body, {"Authorization": f"Bearer {token}", **headers})
    return urllib.request.urlopen(request, timeout=60)


def events(search, last=None):
    while not (last or "").endswith("-end"):
        try:
            event = {}
            for line in call(f"/searches/{search}/events", Last_Event_ID=last):
                name, _, value = line.decode().rstrip("\n").partition(": ")
                event[name] = value
                if not name:  # an empty line ends an event
                    last = event.get("id", last)
                    yield event.pop("event"), json.loads(event.pop("data"))
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(1)  # the server or the network was away: go on after the last event


id = json.load(call("/searches", open(search, "rb").read()))["search"]["id"]
for kind, data in events(id):
    report = data.get("report")
    print(f"{data['trajectory']} #{data['iteration']}: mAP50 {report['map50']:.3f}" if kind == "report" else f"{kind}: {data['state']}", flush=True)
fastest = min(json.load(call(f"/searches/{id}/frontier"))["points"], key=lambda point: point["report"]["latency"]["milliseconds"])["report"]["key"]
open(out, "wb").write(call(f"/searches/{id}/models/{fastest}/files/model.onnx").read())
