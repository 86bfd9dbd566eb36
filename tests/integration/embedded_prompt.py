# SPDX-License-Identifier: Apache-2.0
"""Prints the prompt of the receipt in a WAV's iXML chunk, byte for byte; nothing without one."""
import json
import struct
import sys
import xml.etree.ElementTree

with open(sys.argv[1], "rb") as file:
    file.seek(12)
    while header := file.read(8):
        name, size = struct.unpack("<4sI", header)
        content = file.read(size + size % 2)[:size]
        if name == b"iXML":
            receipt = xml.etree.ElementTree.fromstring(content).findtext("USER/DGX_MUSIC_RECEIPT")
            if receipt:
                sys.stdout.buffer.write(json.loads(receipt)["prompt"].encode())
