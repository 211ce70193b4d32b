"""Who gets in, and how (clauses A-8b, C-1.5c, N-2.2e, N-2.3c, N-4.2a, X-6b, K-4d; the template names the rest)."""

from typing import Final

from troth.policy.constraints import Term, Words

TERMS: Final[tuple[Term, ...]] = (
    Term(
        name="access.password.length",
        kind="count",
        title=Words("Length of a password", "Longueur d’un mot de passe"),
        unit=Words("characters", "caractères"),
        takes=("at_least", "at_most"),
    ),
    Term(
        name="access.password.classes",
        kind="choices",
        title=Words("Kinds of characters in a password", "Sortes de caractères dans un mot de passe"),
        takes=("all_of",),
        choices=("lower", "upper", "digit", "special"),
    ),
    Term(
        name="access.password.same_character",
        kind="count",
        title=Words(
            "Share of a password that one character may take up",
            "Part d’un mot de passe qu’un même caractère peut occuper",
        ),
        unit=Words("%", "%"),
        takes=("at_most",),
    ),
    Term(
        name="access.session.idle",
        kind="duration",
        title=Words("Time after which an idle session ends", "Temps au bout duquel une session inactive prend fin"),
    ),
    Term(
        name="access.session.lives",
        kind="duration",
        title=Words("Longest life of a session", "Durée de vie maximale d’une session"),
    ),
    Term(
        name="access.api_key.lives",
        kind="duration",
        title=Words("Longest life of an API key", "Durée de vie maximale d’une clé d’API"),
    ),
    Term(
        name="access.second_factor.asked_for",
        kind="choices",
        title=Words("What asks for a second factor", "Ce qui demande un second facteur"),
        takes=("all_of",),
        choices=("servers", "hosting_provider", "campaign_changes", "customer_sign_in", "staff_sign_in"),
    ),
    Term(
        name="access.roles",
        kind="choices",
        title=Words("Roles of a customer’s accounts", "Rôles des comptes d’un client"),
        takes=("all_of", "one_of"),
        choices=("owner", "administrator", "manager", "user", "viewer"),
    ),
    Term(
        name="access.servers_by",
        kind="choices",
        title=Words("How an administrator logs in to a server", "Comment un administrateur se connecte à un serveur"),
        takes=("one_of",),
        choices=("ssh_key", "ssh_certificate", "password"),
    ),
    Term(
        name="access.staff_come_by",
        kind="choices",
        title=Words("How staff reach the platform", "Par où le personnel atteint la plateforme"),
        takes=("one_of",),
        choices=("vpn", "office_network", "internet"),
    ),
)
