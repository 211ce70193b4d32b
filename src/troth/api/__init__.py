"""The REST interface, `/api/v1`; its description is served at `/api/docs`.

Guarantees: every answer that is no success is a problem document (RFC 9457) with a stable code, the next step and the
request's id; every request but the description's brings an API key; nothing personal stands in a URL; every refusal is
logged. Nothing here decides what is allowed: that is the gate's word.
"""
