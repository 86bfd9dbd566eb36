# SPDX-License-Identifier: Apache-2.0
"""Makes a take through `dgx-music mcp` with the official client, and looks back on it.

make_a_take.py PROGRAM HOME
"""

import asyncio
import json
import os
import signal
import subprocess
import sys

from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters


def facts_of(result):
    assert not result.is_error, result.content
    assert json.loads(result.content[0].text) == result.structured_content
    return result.structured_content


async def finished(client, job_id):
    for _ in range(600):
        job = facts_of(await client.call_tool("status", {"job_id": job_id}))
        if job["status"] not in ("pending", "processing"):
            return job
        await asyncio.sleep(0.1)
    raise AssertionError("the job does not come to an end")


async def main(program, home):
    environment = {"HOME": home, "DGX_MUSIC_RUNTIME_DIR": home + "/run"}
    server = StdioServerParameters(command=program, args=["mcp"], env=environment)
    async with Client(server) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {
            "generate", "status", "cancel", "history", "place_in_ardour"}, tools
        assert "output_dir" not in tools["generate"].input_schema["properties"]

        refused = await client.call_tool("generate", {"prompt": "house", "bpm": 9000})
        assert refused.is_error and "30 to 300" in refused.content[0].text, refused

        accepted = facts_of(await client.call_tool("generate", {"prompt": "house", "bars": 1}))
        job = await finished(client, accepted["job_id"])
        assert job["status"] == "completed", job
        history = facts_of(await client.call_tool("history", {"query": "house"}))
        assert history["total"] == 1, history

        place = tools["place_in_ardour"]
        assert set(place.input_schema["properties"]) == {"take_id", "at", "track"}, place
        assert not place.annotations.read_only_hint, place
        take = history["generations"][0]["id"]
        nobody = await client.call_tool("place_in_ardour", {"take_id": take, "at": "bar:2"})
        assert nobody.is_error and "no Ardour session is open" in nobody.content[0].text, nobody
        print("negotiated", client.protocol_version)


def end_service(program, home):
    """The service that the server started would stay for ten minutes."""
    environment = {"HOME": home, "DGX_MUSIC_RUNTIME_DIR": home + "/run"}
    status = subprocess.run([program, "status", "--json"], env=environment, capture_output=True)
    if status.returncode == 0:
        os.kill(json.loads(status.stdout)["pid"], signal.SIGTERM)


try:
    asyncio.run(main(*sys.argv[1:]))
finally:
    end_service(*sys.argv[1:])
