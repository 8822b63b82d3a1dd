#!/usr/bin/env python3
"""A small piece of 2.4 GHz air: virtual Bluetooth LE controllers on TCP ports, each at a place in metres.

Bumble's own virtual controllers (`python -m bumble.apps.controllers`) give every packet the strength -50 dBm, repeat each
advertisement as a scan response that nobody asked for, drop advertisements that cannot be connected to, keep advertising
through a reset, take a new address in the middle of advertising and cannot tell the strength of a connection. These do
what a real controller does in each of these.

Each controller listens on 127.0.0.1 and speaks H4. Lines on standard output are JSON:
  {"event": "ready", "ports": [19201, 40123]}          once, when all ports listen
  {"event": "pdu", "from": 0, "address": "..", "data": "hex"}   with --trace: every advertisement anyone sends

Strength at d metres: 0 dBm - 48 dB - 20 log10(d), the free space of the app's `clear` air, plus --noise; below -100 dBm
nothing is heard.

Example, two phones three metres apart, then the app on one and a script on the other:
  air.py 19201:0:0 19202:3:0
  bluezone app --radio hci:tcp:127.0.0.1:19201
  phone.py tcp-client:127.0.0.1:19202
"""
import argparse
import asyncio
import json
import math
import os
import random
import socket

from bumble import hci, ll
from bumble.controller import Controller, LegacyAdvertiser
from bumble.core import PhysicalTransport
from bumble.link import LocalLink
from bumble.transport.tcp_server import open_tcp_server_transport_with_socket

DISALLOWED = hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
ADVERTISING_TYPE = hci.HCI_LE_Set_Advertising_Parameters_Command.AdvertisingType
REPORT = hci.HCI_LE_Advertising_Report_Event
SENSITIVITY_DBM = -100


def tell(**event):
    try:
        print(json.dumps(event), flush=True)
    except BrokenPipeError:  # nobody listens any more
        os._exit(0)


class Air(LocalLink):
    """Carries packets between the controllers, each as strong as its way is long."""

    def __init__(self, noise_db, seed, trace):
        super().__init__()
        self.noise_db, self.random, self.trace = noise_db, random.Random(seed), trace

    def strength(self, a, b):
        distance = max(0.1, math.dist(a.place, b.place))
        return round(-48 - 20 * math.log10(distance) + self.random.gauss(0, self.noise_db))

    def send_advertising_pdu(self, sender_controller, packet):
        loop = asyncio.get_running_loop()
        if self.trace and isinstance(packet, ll.AdvInd):
            address = packet.advertiser_address.to_string(False)
            tell(event='pdu', **{'from': sender_controller.index}, address=address, data=packet.data.hex())
        for other in self.controllers:
            if other is sender_controller:
                continue
            if isinstance(packet, ll.AdvInd):
                strength = self.strength(sender_controller, other)
                if strength >= SENSITIVITY_DBM:
                    loop.call_soon(other.hear, packet, sender_controller.le_legacy_advertiser, strength)
            else:
                # A connection begins on both sides at once, or two that ask for each other would have half of two.
                other.on_ll_advertising_pdu(packet)

    def send_acl_data(self, sender_controller, destination_address, transport, data):
        # From the connection's own address, whatever the controller's address is by now.
        connection = sender_controller.le_connections.get(destination_address)
        receiver = self.find_le_controller(destination_address)
        if transport == PhysicalTransport.LE and connection and receiver:
            asyncio.get_running_loop().call_soon(receiver.on_link_acl_data, connection.self_address, transport, data)


class Advertiser(LegacyAdvertiser):
    """Sends all kinds of legacy advertisements, at the interval that was set."""

    kind = ADVERTISING_TYPE.ADV_IND  # the kind of what is on the air

    def start(self):
        self.kind = ADVERTISING_TYPE(self.advertising_type)
        super().start()

    def send_advertising_data(self):
        if self.enabled:
            pdu = ll.AdvInd(advertiser_address=self.address, data=bytes(self.advertising_data))
            self.controller.send_advertising_pdu(pdu)

    def _on_timer_fired(self):
        self.send_advertising_data()
        pause = self.advertising_interval_min * 0.000625 + self.controller.link.random.uniform(0, 0.01)
        self.timer_handle = asyncio.get_running_loop().call_later(pause, self._on_timer_fired)


class AirController(Controller):
    """A controller that is strict where Bumble's is lenient."""

    def __init__(self, index, place, extended_reports, **kwargs):
        super().__init__(f'C{index}', **kwargs)
        self.index, self.place, self.extended_reports = index, place, extended_reports
        # Legacy commands only: as old as the oldest phones.
        self.le_features &= ~hci.LeFeatureMask.LE_EXTENDED_ADVERTISING
        self.le_legacy_advertiser = Advertiser(controller=self)

    # --- what is heard ---

    def hear(self, pdu, advertiser, strength):
        if self.le_scan_enable and self.link.random.random() < self.le_scan_window / max(1, self.le_scan_interval):
            self.report(pdu, advertiser.kind, strength)
        pending, address = self.pending_le_connection, pdu.advertiser_address
        if pending and pending.peer_address == address and address not in self.le_connections:
            # By now it may have stopped, or taken another address.
            if advertiser.enabled and advertiser.address == address and advertiser.kind == ADVERTISING_TYPE.ADV_IND:
                self.create_le_connection(address)

    def report(self, pdu, kind, strength):
        address = pdu.advertiser_address
        if self.extended_reports:  # some controllers do, whatever scan was asked for
            event = hci.HCI_LE_Extended_Advertising_Report_Event
            connectable = kind == ADVERTISING_TYPE.ADV_IND
            report = event.Report(
                event_type=event.EventType(0x13 if connectable else 0x10), address_type=address.address_type,
                address=address, primary_phy=hci.Phy.LE_1M, secondary_phy=0, advertising_sid=0xFF, tx_power=127,
                rssi=strength, periodic_advertising_interval=0, direct_address_type=0,
                direct_address=hci.Address.ANY, data=pdu.data)
            self.send_hci_packet(event([report]))
            return
        kinds = {ADVERTISING_TYPE.ADV_IND: REPORT.EventType.ADV_IND,
                 ADVERTISING_TYPE.ADV_SCAN_IND: REPORT.EventType.ADV_SCAN_IND}
        report = REPORT.Report(
            event_type=kinds.get(kind, REPORT.EventType.ADV_NONCONN_IND), address_type=address.address_type,
            address=address, data=pdu.data, rssi=strength)
        self.send_hci_packet(REPORT([report]))

    # --- commands that a real controller refuses, or takes seriously ---

    def on_hci_reset_command(self, command):
        self.le_legacy_advertiser.stop()
        self.le_scan_enable = False
        self.pending_le_connection = None
        for connection in list(self.le_connections.values()):
            connection.send_ll_control_pdu(ll.TerminateInd(hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR))
        self.le_connections.clear()
        return super().on_hci_reset_command(command)

    def on_hci_le_set_random_address_command(self, command):
        if self.le_legacy_advertiser.enabled or self.le_scan_enable or self.pending_le_connection:
            return DISALLOWED
        return super().on_hci_le_set_random_address_command(command)

    def on_hci_le_set_advertising_parameters_command(self, command):
        if self.le_legacy_advertiser.enabled:
            return DISALLOWED
        return super().on_hci_le_set_advertising_parameters_command(command)

    def on_hci_le_create_connection_cancel_command(self, command):
        pending, self.pending_le_connection = self.pending_le_connection, None
        if pending is None:
            return DISALLOWED
        self.send_hci_packet(hci.HCI_LE_Connection_Complete_Event(
            status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR, connection_handle=0, role=0,
            peer_address_type=0, peer_address=hci.Address.ANY, connection_interval=0, peripheral_latency=0,
            supervision_timeout=0, central_clock_accuracy=0))
        return super().on_hci_le_create_connection_cancel_command(command)

    def on_hci_read_rssi_command(self, command):
        connection = self.find_le_connection_by_handle(command.handle)
        peer = connection and self.link.find_le_controller(connection.peer_address)
        status = hci.HCI_ErrorCode.SUCCESS if peer else hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR
        rssi = self.link.strength(peer, self) if peer else 127
        return hci.HCI_Read_RSSI_ReturnParameters(status=status, handle=command.handle, rssi=rssi)


async def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('controllers', nargs='+', metavar='PORT:X:Y', help='port 0: one that is free')
    parser.add_argument('--noise', type=float, default=0.0, metavar='DB', help='standard deviation of each packet')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--trace', action='store_true', help='print every advertisement that is sent')
    parser.add_argument('--extended-reports', action='store_true', help='report in the extended form')
    arguments = parser.parse_args()
    air, ports, keep = Air(arguments.noise, arguments.seed, arguments.trace), [], []
    for index, text in enumerate(arguments.controllers):
        port, x, y = text.split(':')
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(('127.0.0.1', int(port)))
        ports.append(listener.getsockname()[1])
        transport = await open_tcp_server_transport_with_socket(listener)
        keep.append((transport, AirController(
            index, (float(x), float(y)), arguments.extended_reports, host_source=transport.source,
            host_sink=transport.sink, link=air, public_address=f'F0:F0:F0:F0:F0:{index:02X}')))
    tell(event='ready', ports=ports)
    await asyncio.get_running_loop().create_future()


if __name__ == '__main__':
    asyncio.run(main())
