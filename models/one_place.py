"""What counts as one place on the network, where what comes from a place is limited."""

from ipaddress import IPv6Address, IPv6Network, ip_address

SUBSCRIBER_BITS = 64
"""RFC 6177: a subscriber has a network of at least this prefix to itself, and may use any address in it."""


def one_place(address: str) -> str:
    """Return what stands for the place of a network address: itself, or the network of a subscriber under IPv6.

    Else whoever has such a network has as many addresses as they like. What cannot be read stands for itself.
    """
    try:
        read = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(read, IPv6Address):
        return str(read)
    if read.ipv4_mapped:
        return str(read.ipv4_mapped)
    return str(IPv6Network((read, SUBSCRIBER_BITS), strict=False))
