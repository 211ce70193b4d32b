"""What people attest: every promise of an organisation that no program can see.

Guarantees: ids are permanent; clauses that ask the same share one topic, and say how often by the term
`attestations.<topic>.every`. Each topic is the control `attested.<topic>`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from troth.policy.constraints import Words


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that a person answers for: `asks` is the question that they sign the answer to."""

    id: str
    title: Words
    asks: Words


TOPICS: Final[tuple[Topic, ...]] = (
    Topic(
        "staff_bound_by_rules",
        Words(
            "Everyone who works for us is bound by the rules on customer data",
            "Tous ceux qui travaillent pour nous sont tenus par les règles sur les données des clients",
        ),
        Words(
            "Is every employee and every contractor with us today bound in writing by our rules on customer data?",
            "Chaque salarié et chaque prestataire présent aujourd’hui est-il tenu "
            "par écrit de respecter nos règles sur les données des clients ?",
        ),
    ),
    Topic(
        "background_checks",
        Words("Background checks before recruitment", "Vérification des antécédents avant l’embauche"),
        Words(
            "Was the background of everyone who joined since the last attestation checked before we recruited them?",
            "Les antécédents de chaque personne arrivée depuis la "
            "dernière attestation ont-ils été vérifiés avant son "
            "embauche ?",
        ),
    ),
    Topic(
        "security_training",
        Words("Training in privacy and security", "Formation à la protection de la vie privée et à la sécurité"),
        Words(
            "Did everyone who joined take the privacy and security training in "
            "their first days, and did everyone else take it again as planned?",
            "Chaque nouvel arrivant a-t-il suivi la formation à la vie privée et à la sécurité dès "
            "ses premiers jours, et tous les autres l’ont-ils suivie de nouveau comme prévu ?",
        ),
    ),
    Topic(
        "rules_signed",
        Words("Information-security rules read and signed", "Règles de sécurité de l’information lues et signées"),
        Words(
            "Has every employee read and signed the version of the information-security rules that is in force?",
            "Chaque salarié a-t-il lu et signé la version en vigueur des règles de sécurité de l’information ?",
        ),
    ),
    Topic(
        "confidentiality_clauses",
        Words(
            "Confidentiality in contracts and internal rules",
            "Confidentialité dans les contrats et le règlement intérieur",
        ),
        Words(
            "Do the internal regulation and every employment contract say "
            "how personal data is to be kept safe and confidential?",
            "Le règlement intérieur et chaque contrat de travail disent-ils comment "
            "préserver la sécurité et la confidentialité des données personnelles ?",
        ),
    ),
    Topic(
        "staff_certification",
        Words("Certification of staff", "Certification du personnel"),
        Words(
            "Are the certifications that we expect of our staff held and in date?",
            "Les certifications que nous attendons de notre personnel sont-elles obtenues et à jour ?",
        ),
    ),
    Topic(
        "security_officer",
        Words("A named security officer", "Un responsable de la sécurité nommé"),
        Words(
            "Is a security officer named, published with a contact, and doing what the policy lists?",
            "Un responsable de la sécurité est-il nommé, publié avec un moyen de "
            "le joindre, et assume-t-il les tâches que la politique énumère ?",
        ),
    ),
    Topic(
        "data_protection_officer",
        Words("A data protection officer", "Un délégué à la protection des données"),
        Words(
            "Is a data protection officer appointed, published with a contact, "
            "training staff, auditing us and speaking with the authorities?",
            "Un délégué à la protection des données est-il désigné, publié avec un moyen de le "
            "joindre, et assure-t-il la formation, les audits et le lien avec les autorités ?",
        ),
    ),
    Topic(
        "subprocessor_agreements",
        Words(
            "Written agreements with sub-processors and partners",
            "Contrats écrits avec les sous-traitants et les partenaires",
        ),
        Words(
            "Does every sub-processor and partner that receives personal data have "
            "a signed agreement that demands the protection we give ourselves?",
            "Chaque sous-traitant ou partenaire qui reçoit des données personnelles a-t-il "
            "signé un contrat qui exige la protection que nous assurons nous-mêmes ?",
        ),
    ),
    Topic(
        "subprocessor_audits",
        Words("Review of sub-processors and partners", "Contrôle des sous-traitants et des partenaires"),
        Words(
            "Have we checked, since the last attestation, that sub-processors and "
            "partners, and we ourselves, keep the obligations and measures agreed?",
            "Avons-nous vérifié, depuis la dernière attestation, que les sous-traitants, les "
            "partenaires et nous-mêmes respectons les obligations et les mesures convenues ?",
        ),
    ),
    Topic(
        "third_parties_disclosed",
        Words("Third parties disclosed", "Tiers déclarés"),
        Words(
            "Is the published list of hosts, data centres and other "
            "third parties complete, each with what it does for us?",
            "La liste publiée des hébergeurs, centres de données et "
            "autres tiers est-elle complète, avec le rôle de chacun ?",
        ),
    ),
    Topic(
        "platforms_vetted",
        Words("Platforms vetted", "Plateformes évaluées"),
        Words(
            "Was the security of every third-party platform that we use assessed before we began to use it?",
            "La sécurité de chaque plateforme tierce que nous utilisons "
            "a-t-elle été évaluée avant que nous ne l’utilisions ?",
        ),
    ),
    Topic(
        "ddos_protection",
        Words("Protection against denial of service", "Protection contre le déni de service"),
        Words(
            "Does our host’s protection against denial-of-service attacks cover every public address of ours?",
            "La protection de notre hébergeur contre les attaques par déni "
            "de service couvre-t-elle toutes nos adresses publiques ?",
        ),
    ),
    Topic(
        "external_audit",
        Words("Audit by an external firm", "Audit par un cabinet extérieur"),
        Words(
            "Has an outside firm audited our services since the last "
            "attestation, and does each of its findings have an owner and a "
            "date?",
            "Un cabinet extérieur a-t-il audité nos services depuis la dernière "
            "attestation, et chacun de ses constats a-t-il un responsable et une "
            "échéance ?",
        ),
    ),
    Topic(
        "security_assessment",
        Words("Security assessment", "Évaluation de la sécurité"),
        Words(
            "Was the security of our infrastructure or applications "
            "assessed, and does each finding have an owner and a date?",
            "La sécurité de notre infrastructure ou de nos applications a-t-elle été "
            "évaluée, et chaque constat a-t-il un responsable et une échéance ?",
        ),
    ),
    Topic(
        "penetration_test",
        Words("Penetration test", "Test d’intrusion"),
        Words(
            "Has somebody tried to break in on our behalf, what did they find, and what has been mended since?",
            "Quelqu’un a-t-il tenté de s’introduire à notre demande, "
            "qu’a-t-il trouvé, et qu’avons-nous corrigé depuis ?",
        ),
    ),
    Topic(
        "partner_audits",
        Words("Partners may audit our procedures", "Les partenaires peuvent auditer nos procédures"),
        Words(
            "Was every partner that asked to audit our procedures let in, within what protects the others?",
            "Chaque partenaire qui a demandé à auditer nos procédures a-t-il "
            "pu le faire, dans la limite de ce qui protège les autres ?",
        ),
    ),
    Topic(
        "own_certificates",
        Words("Our own certificates and reports", "Nos propres certificats et rapports"),
        Words(
            "Is each certificate and audit report that we claim for ourselves valid today, with a copy at hand?",
            "Chaque certificat ou rapport d’audit dont nous nous "
            "prévalons est-il valide aujourd’hui, copie à l’appui ?",
        ),
    ),
    Topic(
        "host_certificates",
        Words("Our hosts’ certificates and reports", "Certificats et rapports de nos hébergeurs"),
        Words(
            "Is each certificate and audit report that we claim for our hosts valid today, with a copy at hand?",
            "Chaque certificat ou rapport d’audit que nous attribuons à nos "
            "hébergeurs est-il valide aujourd’hui, copie à l’appui ?",
        ),
    ),
    Topic(
        "vulnerability_research",
        Words("New vulnerabilities analysed", "Nouvelles vulnérabilités analysées"),
        Words(
            "Were the vulnerabilities published by security research "
            "since the last attestation analysed for our services?",
            "Les vulnérabilités publiées par la recherche depuis la dernière "
            "attestation ont-elles été analysées au regard de nos services ?",
        ),
    ),
    Topic(
        "design_review",
        Words("New features verified by the security team", "Nouveautés vérifiées par l’équipe de sécurité"),
        Words(
            "Did every new feature and every change of design since the "
            "last attestation pass the security team’s verification?",
            "Chaque nouveauté et chaque changement de conception depuis la "
            "dernière attestation ont-ils été vérifiés par l’équipe de sécurité ?",
        ),
    ),
    Topic(
        "security_with_developers",
        Words("The security team works with developers", "L’équipe de sécurité travaille avec les développeurs"),
        Words(
            "Does the security team work with the developers on what is found, until it is solved?",
            "L’équipe de sécurité traite-t-elle avec les développeurs ce qui est trouvé, jusqu’à sa résolution ?",
        ),
    ),
    Topic(
        "premises_access",
        Words("Control of our premises", "Contrôle de nos locaux"),
        Words(
            "Do badges, keys and cameras control our premises, and do "
            "only those who need it enter the technical rooms?",
            "Badges, clés et caméras contrôlent-ils nos locaux, et seuls ceux "
            "qui en ont besoin entrent-ils dans les locaux techniques ?",
        ),
    ),
    Topic(
        "data_centre_security",
        Words("Physical security of the data centres", "Sécurité physique des centres de données"),
        Words(
            "Do the data centres have guards around the clock, screened and "
            "escorted access, protection against weather and power of their own?",
            "Les centres de données ont-ils un gardiennage permanent, des accès filtrés et "
            "accompagnés, une protection contre les intempéries et leur propre alimentation de "
            "secours ?",
        ),
    ),
    Topic(
        "device_protection",
        Words("Protection of staff devices", "Protection des postes du personnel"),
        Words(
            "Do all devices of our staff have the protection that the policy "
            "lists: encrypted disk, locked screen or password, antivirus, updates?",
            "Tous les postes du personnel ont-ils la protection que la politique énumère : "
            "disque chiffré, écran verrouillé ou mot de passe, antivirus, mises à jour ?",
        ),
    ),
    Topic(
        "workstation_passwords",
        Words("Passwords of workstations", "Mots de passe des postes de travail"),
        Words(
            "Were passwords of personal computers reset or changed only by authorised staff, and by the procedure?",
            "Les mots de passe des postes n’ont-ils été réinitialisés ou "
            "changés que par des personnes habilitées, et selon la procédure ?",
        ),
    ),
    Topic(
        "incident_procedure",
        Words("Incident policy and procedure", "Politique et procédure d’incident"),
        Words(
            "Are the incident policy and procedure in date, and do those who must act know them?",
            "La politique et la procédure d’incident sont-elles à jour et connues de ceux qui doivent agir ?",
        ),
    ),
    Topic(
        "breach_protocol",
        Words("Breach protocol known to everyone", "Protocole de violation connu de tous"),
        Words(
            "Has the protocol for a data breach been communicated to every employee, newcomers included?",
            "Le protocole en cas de violation de données a-t-il été "
            "communiqué à chaque salarié, nouveaux venus compris ?",
        ),
    ),
    Topic(
        "incident_lessons",
        Words("Lessons drawn from incidents", "Leçons tirées des incidents"),
        Words(
            "Does each incident since the last attestation have remedies and prevention that are done or dated?",
            "Chaque incident depuis la dernière attestation a-t-il donné lieu "
            "à des corrections et à une prévention, faites ou datées ?",
        ),
    ),
    Topic(
        "continuity_plan",
        Words("Continuity plan", "Plan de continuité"),
        Words(
            "Is the continuity plan in date, and does it cover every service whose loss would stop us?",
            "Le plan de continuité est-il à jour, et couvre-t-il chaque service dont la perte nous arrêterait ?",
        ),
    ),
    Topic(
        "escrow_deposit",
        Words("Source code deposited in escrow", "Code source déposé en séquestre"),
        Words(
            "Has the source code been deposited with the escrow agent "
            "since the last attestation, and after each big update?",
            "Le code source a-t-il été déposé chez le dépositaire depuis la "
            "dernière attestation, et après chaque mise à jour importante ?",
        ),
    ),
    Topic(
        "legal_frameworks",
        Words("Compliance with the laws and rules that bind us", "Conformité aux lois et règles qui nous lient"),
        Words(
            "Have we reviewed how we comply with data-protection, consumer and "
            "marketing law, cross-border transfers and the rules of each platform?",
            "Avons-nous revu notre conformité au droit des données, de la consommation et du "
            "marketing, aux transferts internationaux et aux règles de chaque plateforme ?",
        ),
    ),
    Topic(
        "practice_review",
        Words("Review of how we handle data", "Revue de nos pratiques"),
        Words(
            "Have we reviewed how we handle data, and decided what to change?",
            "Avons-nous revu nos pratiques en matière de données, et décidé ce qui doit changer ?",
        ),
    ),
    Topic(
        "technology_review",
        Words("Security technology kept up to date", "Techniques de sécurité tenues à jour"),
        Words(
            "Have we looked at newer security technology since the last attestation, and decided what to adopt?",
            "Avons-nous examiné les techniques de sécurité récentes depuis "
            "la dernière attestation, et décidé lesquelles adopter ?",
        ),
    ),
    Topic(
        "security_communities",
        Words("Part in security communities", "Participation aux communautés de sécurité"),
        Words(
            "In which security communities did we take part since the last attestation?",
            "À quelles communautés de sécurité avons-nous participé depuis la dernière attestation ?",
        ),
    ),
    Topic(
        "client_feedback",
        Words("Client feedback taken in", "Retours des clients pris en compte"),
        Words(
            "What did clients tell us about how we handle their data, and what became of it?",
            "Que nous ont dit nos clients de la façon dont nous traitons leurs données, et qu’en avons-nous fait ?",
        ),
    ),
)

TOPIC_BY_ID: Final[Mapping[str, Topic]] = {topic.id: topic for topic in TOPICS}
