#!/usr/bin/env python3
"""A phone whose Bluetooth is Bumble's, not ours: hears, advertises, serves and reads, as it is told.

Each line on standard input is a command in JSON; each line on standard output is an event in JSON. A command ends with
{"event": "done", "do": ..} or {"event": "failed", "do": .., "why": ..}. End of input ends the phone.

  {"do": "listen"}                          then, for each packet heard:
                                            {"event": "heard", "address": "..", "data": "hex", "rssi": n, "connectable": b}
  {"do": "deaf"}
  {"do": "advertise", "data": "hex"}        "interval_ms": n (default 50)
  {"do": "silence"}
  {"do": "garbage", "seed": n}              advertises wrong data of every length 0..31, some of it nearly right
  {"do": "serve", "value": "hex"}           the original iPhone app's service; "writable": true to take a write back;
                                            {"event": "read"} and {"event": "written", "value": "hex"}
  {"do": "visit", "address": ".."}          connects, reads the identifier characteristic: {"event": "value", "value": "hex",
                                            "writable": b}; "write": ["hex", ..] writes: {"event": "wrote", "error": n},
                                            0 if taken; "stay": true keeps the connection: {"event": "left"} when it ends

Example:
  phone.py tcp-client:127.0.0.1:19202 <<< '{"do": "listen"}'      (add --linger 10 to stay ten seconds)
"""
import argparse
import asyncio
import json
import os
import random
import sys

from bumble import hci
from bumble.att import ATT_Error
from bumble.core import UUID, AdvertisingData
from bumble.device import Device, Peer
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.transport import open_transport

SERVICE = UUID('00004E56-73F5-4BC4-A12F-17D1AD07A667')
CHARACTERISTIC = UUID('00004E56-73F5-4BC4-A12F-17D1AD07A689')
PATIENCE = 50


def tell(**event):
    try:
        print(json.dumps(event), flush=True)
    except BrokenPipeError:  # nobody listens any more
        os._exit(0)


class Phone:
    def __init__(self, device):
        self.device = device
        device.on('advertisement', self.heard)

    def heard(self, advertisement):
        tell(event='heard', address=advertisement.address.to_string(False), data=advertisement.data_bytes.hex(),
             rssi=advertisement.rssi, connectable=advertisement.is_connectable)

    async def listen(self):
        await self.device.start_scanning(legacy=True, active=False, filter_duplicates=False)

    async def deaf(self):
        await self.device.stop_scanning(legacy=True)

    async def advertise(self, data, interval_ms=50):
        await self.device.start_advertising(
            advertising_data=bytes.fromhex(data), advertising_interval_min=interval_ms,
            advertising_interval_max=interval_ms, auto_restart=True)

    async def silence(self):
        await self.device.stop_advertising()

    async def garbage(self, seed):
        generator = random.Random(seed)
        await self.advertise('', interval_ms=20)
        sent = 0
        for length in range(32):
            for data in garbage(generator, length):
                await self.device.send_sync_command(hci.HCI_LE_Set_Advertising_Data_Command(advertising_data=data))
                await asyncio.sleep(0.02)  # about one packet
                sent += 1
        await self.silence()
        tell(event='sent', count=sent)

    async def serve(self, value, writable=False):
        def read(_connection):
            tell(event='read')
            return bytes.fromhex(value)

        def write(_connection, written):
            tell(event='written', value=bytes(written).hex())

        properties, permissions = Characteristic.Properties.READ, Characteristic.READABLE
        if writable:
            properties |= Characteristic.Properties.WRITE
            permissions |= Characteristic.WRITEABLE
        characteristic = Characteristic(CHARACTERISTIC, properties, permissions, CharacteristicValue(read, write))
        self.device.add_service(Service(SERVICE, [characteristic]))

    async def visit(self, address, write=(), stay=False):
        target = hci.Address(address, hci.Address.RANDOM_DEVICE_ADDRESS)
        connection = await self.device.connect(target, timeout=PATIENCE)
        connection.on('disconnection', lambda _reason: tell(event='left'))
        peer = Peer(connection)
        await peer.discover_services()
        await peer.discover_characteristics()
        [characteristic] = peer.get_characteristics_by_uuid(CHARACTERISTIC)
        value = await characteristic.read_value()
        writable = bool(characteristic.properties & Characteristic.Properties.WRITE)
        tell(event='value', value=bytes(value).hex(), writable=writable)
        for text in write:
            try:
                await characteristic.write_value(bytes.fromhex(text), with_response=True)
                tell(event='wrote', error=0)
            except ATT_Error as error:
                tell(event='wrote', error=int(error.error_code))
        if not stay:
            await connection.disconnect()


def garbage(generator, length):
    """Data of this length that no parser should make anything of."""
    noise = generator.randbytes(length)
    yield noise
    # The right beginnings with the wrong length, UUID or end.
    for head in ('0303 6ffd 1716 6ffd', '0fff b522', '0303 564e 10ff b522', '1107 67a6 07ad', '1aff 4c00 0215',
                 'ff16 6ffd', '00'):
        head = bytes.fromhex(head)
        candidate = (head + noise)[:length]
        # Nothing that is whole by chance: it would rightly be heard.
        fields = AdvertisingData.from_bytes(candidate)
        data = fields.get_all(AdvertisingData.SERVICE_DATA_16_BIT_UUID, raw=True)
        if not any(len(field) == 22 for field in data):
            yield candidate


async def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('transport', help='of the controller, in Bumble\'s words: tcp-client:127.0.0.1:19202')
    parser.add_argument('--address', default='C4:11:22:33:44:55', help='static random address of this phone')
    parser.add_argument('--linger', type=float, default=0, metavar='S', help='seconds to stay after the last command')
    arguments = parser.parse_args()
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while True:
        try:
            transport = await open_transport(arguments.transport)
            break
        except OSError:  # the controller is still starting
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.05)
    device = Device.with_hci(
        'phone', hci.Address(arguments.address, hci.Address.RANDOM_DEVICE_ADDRESS), transport.source, transport.sink)
    await device.power_on()
    phone = Phone(device)
    tell(event='ready')
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        if not line.strip():
            continue
        command = json.loads(line)
        what = command.pop('do')
        try:
            await asyncio.wait_for(getattr(phone, what)(**command), PATIENCE)
            tell(event='done', do=what)
        except Exception as error:  # whatever it is, the test must hear of it
            tell(event='failed', do=what, why=f'{type(error).__name__}: {error}')
    await asyncio.sleep(arguments.linger)


if __name__ == '__main__':
    asyncio.run(main())
