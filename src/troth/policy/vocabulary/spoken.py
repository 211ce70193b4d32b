"""How the words of a limit are said: `ssh_key` is “an SSH key”, `DE` is “Germany”, and the 27 are one Union."""

from collections.abc import Iterable, Mapping
from typing import Final

from troth.policy.constraints import Words

EUROPEAN_UNION: Final = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
"""The member states since 1 February 2020."""

CHOICES: Final[Mapping[str, Words]] = {
    "lower": Words("a lower-case letter", "une minuscule"),
    "upper": Words("an upper-case letter", "une majuscule"),
    "digit": Words("a digit", "un chiffre"),
    "special": Words("a special character", "un caractère spécial"),
    "servers": Words("servers", "les serveurs"),
    "hosting_provider": Words("the hosting provider", "l’hébergeur"),
    "campaign_changes": Words("changes to a campaign", "les changements de campagne"),
    "customer_sign_in": Words("customers’ sign-in", "la connexion des clients"),
    "staff_sign_in": Words("the staff’s sign-in", "la connexion du personnel"),
    "owner": Words("owner", "propriétaire"),
    "administrator": Words("administrator", "administrateur"),
    "manager": Words("manager", "responsable"),
    "user": Words("user", "utilisateur"),
    "viewer": Words("viewer", "lecteur"),
    "ssh_key": Words("an SSH key", "une clé SSH"),
    "ssh_certificate": Words("an SSH certificate", "un certificat SSH"),
    "password": Words("a password", "un mot de passe"),
    "vpn": Words("a VPN", "un VPN"),
    "office_network": Words("the office network", "le réseau des bureaux"),
    "internet": Words("the internet", "l’internet"),
    "time": Words("date and time", "la date et l’heure"),
    "account": Words("the account", "le compte"),
    "entity": Words("the entity or address", "l’objet ou l’adresse"),
    "operation": Words("the operation", "l’opération"),
    "source_address": Words("the source address", "l’adresse d’origine"),
    "iso_9001": Words("ISO\u00a09001", "ISO\u00a09001"),
    "iso_14001": Words("ISO\u00a014001", "ISO\u00a014001"),
    "iso_27001": Words("ISO\u00a027001", "ISO\u00a027001"),
    "iso_27017": Words("ISO\u00a027017", "ISO\u00a027017"),
    "iso_27018": Words("ISO\u00a027018", "ISO\u00a027018"),
    "iso_27701": Words("ISO\u00a027701", "ISO\u00a027701"),
    "iso_50001": Words("ISO\u00a050001", "ISO\u00a050001"),
    "soc_1": Words("SOC\u00a01", "SOC\u00a01"),
    "soc_2_type_2": Words("SOC\u00a02 type\u00a0II", "SOC\u00a02 type\u00a0II"),
    "soc_3": Words("SOC\u00a03", "SOC\u00a03"),
    "ssae_16_type_2": Words("SSAE\u00a016 type\u00a0II", "SSAE\u00a016 type\u00a0II"),
    "tier_4": Words("Tier\u00a0IV", "Tier\u00a0IV"),
}

COUNTRIES: Final[Mapping[str, Words]] = {
    "AT": Words("Austria", "Autriche"),
    "BE": Words("Belgium", "Belgique"),
    "BG": Words("Bulgaria", "Bulgarie"),
    "CA": Words("Canada", "Canada"),
    "CH": Words("Switzerland", "Suisse"),
    "CY": Words("Cyprus", "Chypre"),
    "CZ": Words("Czechia", "Tchéquie"),
    "DE": Words("Germany", "Allemagne"),
    "DK": Words("Denmark", "Danemark"),
    "EE": Words("Estonia", "Estonie"),
    "ES": Words("Spain", "Espagne"),
    "FI": Words("Finland", "Finlande"),
    "FR": Words("France", "France"),
    "GB": Words("the United Kingdom", "Royaume-Uni"),
    "GR": Words("Greece", "Grèce"),
    "HR": Words("Croatia", "Croatie"),
    "HU": Words("Hungary", "Hongrie"),
    "IE": Words("Ireland", "Irlande"),
    "IS": Words("Iceland", "Islande"),
    "IT": Words("Italy", "Italie"),
    "LI": Words("Liechtenstein", "Liechtenstein"),
    "LT": Words("Lithuania", "Lituanie"),
    "LU": Words("Luxembourg", "Luxembourg"),
    "LV": Words("Latvia", "Lettonie"),
    "MT": Words("Malta", "Malte"),
    "NL": Words("the Netherlands", "Pays-Bas"),
    "NO": Words("Norway", "Norvège"),
    "PL": Words("Poland", "Pologne"),
    "PT": Words("Portugal", "Portugal"),
    "RO": Words("Romania", "Roumanie"),
    "SE": Words("Sweden", "Suède"),
    "SI": Words("Slovenia", "Slovénie"),
    "SK": Words("Slovakia", "Slovaquie"),
    "US": Words("the United States", "États-Unis"),
}
"""Those that European policies name; any other is said by its code."""


def spoken(chosen: Iterable[str], language: str) -> list[str]:
    """The items of a set as people say them, in a steady order; what has no words yet is said as it is written."""
    items = set(chosen)
    said = []
    if items >= EUROPEAN_UNION:
        items -= EUROPEAN_UNION
        said.append("l’Union européenne" if language.startswith("fr") else "the European Union")
    known = {**CHOICES, **COUNTRIES}
    return said + [known[each].get(language) if each in known else each for each in sorted(items, key=_place)]


_ORDER: Final = {each: place for place, each in enumerate(CHOICES)}


def _place(item: str) -> tuple[int, str]:
    """Choices in the order in which one would tell them, countries by their code."""
    return _ORDER.get(item, len(_ORDER)), item
