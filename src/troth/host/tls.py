"""The server's certificate: one given by the operator, or one of our own that renews itself."""

import datetime as dt
import ipaddress
import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from troth.host.config import Config
from troth.host.errors import BadSetting, Exposed
from troth.kernel.clock import SYSTEM, Clock

LIFETIME = dt.timedelta(days=397)
RENEW_BEFORE = dt.timedelta(days=30)
_SHARED = 0o077


def certificate(config: Config, clock: Clock = SYSTEM) -> tuple[Path, Path]:
    """The certificate's and the key's files, made or renewed when they are ours."""
    if config.tls_certificate or config.tls_key:
        return _given(config)
    folder = config.home / "tls"
    folder.mkdir(mode=0o700, exist_ok=True)
    paths = (folder / "certificate.pem", folder / "key.pem")
    if not all(path.exists() for path in paths) or _stale(paths[0], _names(config), clock):
        _write(paths, _names(config), clock)
    return paths


def fingerprint(path: Path) -> str:
    """SHA-256 of the certificate, as browsers show it."""
    digest = x509.load_pem_x509_certificate(path.read_bytes()).fingerprint(hashes.SHA256())
    return digest.hex(":").upper()


def _given(config: Config) -> tuple[Path, Path]:
    paths = (config.tls_certificate, config.tls_key)
    for name, path in zip(("TROTH_TLS_CERTIFICATE", "TROTH_TLS_KEY"), paths, strict=True):
        if path is None:
            raise BadSetting(name=name, why="certificate and key belong together; give both or none")
        if not os.access(path, os.R_OK):
            raise BadSetting(name=name, why=f"{path} can't be read")
    found, key = Path(str(paths[0])), Path(str(paths[1]))
    if key.stat().st_mode & _SHARED & ~0o040:  # a group of its own is the usual way to share a key with a server
        raise Exposed(path=key, mode=f"{key.stat().st_mode & 0o7777:04o}", wanted="0600")
    return found, key


def _names(config: Config) -> list[str]:
    return sorted({name.strip("[]") for name in (*config.allowed_hosts, "localhost") if not name.startswith(".")})


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _stale(path: Path, names: list[str], clock: Clock) -> bool:
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
        extension = found.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (ValueError, x509.ExtensionNotFound):
        return True
    wanted = {_alternative(name) for name in names}
    return set(extension.value) != wanted or found.not_valid_after_utc - clock.now() < RENEW_BEFORE


def _write(paths: tuple[Path, Path], names: list[str], clock: Clock) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Troth")])
    now = clock.now()
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectAlternativeName([_alternative(entry) for entry in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for path, content in zip(paths, (built.public_bytes(serialization.Encoding.PEM), secret), strict=True):
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
        fresh.replace(path)
