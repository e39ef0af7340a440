"""Launch, follow, approve, pause, resume, fork and read the log, with nothing but Python's standard library."""

import json
import os
import urllib.request

URL = os.environ.get("HOLDPOINT_URL", "http://127.0.0.1:2024")
KEY = os.environ.get("HOLDPOINT_API_KEY")


def request(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json", **({"x-api-key": KEY} if KEY else {})}
    return urllib.request.urlopen(urllib.request.Request(URL + path, data, headers, method=method))


def call(method, path, body=None):
    with request(method, path, body) as answer:
        text = answer.read()
    return json.loads(text) if text.strip() else None


def follow(path, body):
    """The server-sent events of a run: their names and data."""
    with request("POST", path, body) as answer:
        event, data = None, ""
        for line in answer:
            line = line.decode().rstrip("\n")
            if line.startswith("event: "):
                event = line[7:]
            elif line.startswith("data: "):
                data += line[6:]
            elif line == "" and event:
                yield event, json.loads(data)
                event, data = None, ""


# Launch and follow: the agent selects a tool, and the call is held.
thread = call("POST", "/threads", {})["thread_id"]
task = {"role": "user", "content": "Write the release notes for 1.2 to python.md"}
run = {"assistant_id": "agent", "input": {"messages": [task]}, "stream_mode": ["updates"]}
for event, data in follow(f"/threads/{thread}/runs/stream", run):
    print(event, list(data))

# Look at the question, and approve it.
question = call("GET", f"/approvals?thread_id={thread}")[0]
print("waits:", [(c["name"], c["args"]) for c in question["tool_calls"]])
decided = call("POST", f"/approvals/{question['id']}/decision", {"decision": "approve", "decided_by": "ann"})
values = call("GET", f"/threads/{thread}/runs/{decided['run_id']}/join")
print("says:", values["messages"][-1]["content"])

# Pause a long run at the end of its step, and let it go on.
thread = call("POST", "/threads", {})["thread_id"]
long = {"assistant_id": "research", "input": {"topic": "tides", "steps": 40, "pace_ms": 50}}
run_id = call("POST", f"/threads/{thread}/runs", long)["run_id"]
call("POST", f"/threads/{thread}/pause", {"reason": "the source is down"})
call("GET", f"/threads/{thread}/runs/{run_id}/join")
print("state:", call("GET", f"/threads/{thread}")["lifecycle"]["state"])
call("POST", f"/threads/{thread}/resume", {"additional_context": "The source is up again."})
call("GET", f"/threads/{thread}/runs/{run_id}/join")
print("state:", call("GET", f"/threads/{thread}")["lifecycle"]["state"])

# Go back to an earlier checkpoint and run on from there with another state.
history = call("POST", f"/threads/{thread}/history", {"limit": 100})
earlier = next(state for state in history if len(state["values"].get("notes", [])) == 38)
fork = call("POST", f"/threads/{thread}/state", {"values": {"topic": "moons"}, "checkpoint": earlier["checkpoint"]})
values = call("POST", f"/threads/{thread}/runs/wait", {"assistant_id": "research", "input": None, "checkpoint": fork["checkpoint"]})
print("forked:", values["notes"][-1])

# Who did what.
for line in call("GET", f"/threads/{thread}/log"):
    print(line["at"], line["kind"], "by", line["actor"])
