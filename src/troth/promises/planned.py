"""Controls whose capability is not built: what must be true, and what will bring the eyes to see it.

Guarantees: an id is permanent and names one fact, which clauses of several policies may share; whatever cites it is
`unverified: not built yet` and nothing better. `privacy_shield_is_in_force` can never come true, and says why.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from troth.policy.constraints import Words
from troth.promises.control import Control

_Facts = Mapping[str, Words]

BACKUPS: Final[_Facts] = {
    "customer_data_is_backed_up_daily": Words(
        "Customer data is backed up at least every day",
        "Les données des clients sont sauvegardées au moins chaque jour",
    ),
    "backups_of_deleted_data_are_destroyed": Words(
        "Backups that hold deleted data are destroyed in time",
        "Les sauvegardes de données supprimées sont détruites à temps",
    ),
    "backups_restore": Words(
        "Backups are restored and fully verified in time",
        "Les sauvegardes sont restaurées et entièrement vérifiées à temps",
    ),
    "backups_are_encrypted": Words("Every backup is encrypted", "Chaque sauvegarde est chiffrée"),
    "backups_have_several_copies": Words(
        "Each backup exists in several copies", "Chaque sauvegarde existe en plusieurs copies"
    ),
    "backup_tiers_are_kept": Words(
        "Daily, weekly, monthly and yearly backups are kept as long as promised",
        "Les sauvegardes quotidiennes, hebdomadaires, mensuelles et annuelles durent le temps promis",
    ),
    "database_goes_back_to_any_moment": Words(
        "The database can be taken back to any moment of the promised days",
        "La base de données peut revenir à tout instant des jours promis",
    ),
    "files_are_mirrored_write_only": Words(
        "Files are copied at once to a second place that can’t be overwritten",
        "Les fichiers sont copiés aussitôt dans un second lieu où rien ne s’écrase",
    ),
    "recovery_is_rehearsed": Words(
        "Recovery from a disaster is rehearsed", "La reprise après sinistre est répétée régulièrement"
    ),
}
AVAILABILITY: Final[_Facts] = {
    "service_survives_loss_of_a_server": Words(
        "The service survives the loss of a server", "Le service survit à la perte d’un serveur"
    ),
    "service_survives_loss_of_a_data_centre": Words(
        "The service survives the loss of a data centre", "Le service survit à la perte d’un centre de données"
    ),
    "data_is_stored_in_several_places": Words(
        "Data is stored in several separate places", "Les données sont stockées en plusieurs lieux distincts"
    ),
    "service_is_back_soon": Words(
        "After a disaster, critical systems are soon back", "Après un sinistre, les systèmes critiques reviennent vite"
    ),
    "key_services_are_watched_from_outside": Words(
        "Key services are watched from outside", "Les services essentiels sont surveillés de l’extérieur"
    ),
    "hardware_is_watched": Words("Hardware is watched", "Le matériel est surveillé"),
    "alerts_reach_someone_on_duty": Words(
        "An alert reaches somebody on duty", "Une alerte parvient à quelqu’un de service"
    ),
}
HOSTS: Final[_Facts] = {
    "servers_ask_for_a_second_factor": Words(
        "Every production server asks for a second factor", "Chaque serveur de production demande un second facteur"
    ),
    "servers_take_keys_only": Words(
        "Servers let administrators in by SSH key only",
        "Les serveurs n’admettent que les administrateurs, par clé SSH",
    ),
    "servers_take_security_updates": Words(
        "Servers take security updates by themselves", "Les serveurs installent seuls les mises à jour de sécurité"
    ),
    "servers_are_patched_in_time": Words("Servers are patched in time", "Les serveurs sont corrigés à temps"),
    "servers_are_encrypted": Words(
        "Disks of servers and object storage are encrypted",
        "Les disques des serveurs et le stockage d’objets sont chiffrés",
    ),
    "firewalls_are_right": Words(
        "Every server’s firewall is on and right", "Le pare-feu de chaque serveur est actif et bien réglé"
    ),
    "hosts_are_scanned": Words(
        "Production hosts are scanned for vulnerabilities",
        "Les vulnérabilités des machines de production sont recherchées",
    ),
    "findings_are_followed_to_their_end": Words(
        "What was found is followed until it is mended", "Ce qui est constaté est suivi jusqu’à sa correction"
    ),
    "environments_are_separate": Words(
        "Production, staging and development are apart", "Production, préproduction et développement sont séparés"
    ),
    "hosting_asks_for_a_second_factor": Words(
        "The hosting provider’s console asks for a second factor",
        "La console de l’hébergeur demande un second facteur",
    ),
    "devices_are_protected": Words("Every staff device is protected", "Chaque poste du personnel est protégé"),
}
MONITORING: Final[_Facts] = {
    "logs_come_together": Words(
        "All logs come together in one place", "Tous les journaux se rejoignent en un seul lieu"
    ),
    "connections_are_watched": Words(
        "Connections and operation are watched", "Les connexions et le fonctionnement sont surveillés"
    ),
    "logs_are_searched_for_attacks": Words(
        "Logs are searched for security events, and a person looks at them",
        "Les journaux sont analysés pour déceler les incidents, sous l’œil d’une personne",
    ),
    "intrusions_are_detected": Words(
        "The network is watched for intrusions", "Le réseau est surveillé contre les intrusions"
    ),
    "compromised_browsers_are_noticed": Words(
        "Compromised browsers and fraudulent sign-ins are noticed",
        "Les navigateurs compromis et les connexions frauduleuses sont repérés",
    ),
    "uploads_are_scanned": Words("Uploads are scanned for viruses", "Les fichiers reçus passent une analyse antivirus"),
    "log_requests_are_decided": Words(
        "A partner’s request for logs is decided, with a reason",
        "La demande de journaux d’un partenaire reçoit une décision motivée",
    ),
}
INCIDENTS: Final[_Facts] = {
    "questions_are_answered": Words(
        "Questions about security and privacy are answered",
        "Les questions de sécurité et de vie privée reçoivent une réponse",
    ),
    "incidents_follow_a_procedure": Words("Every incident follows the procedure", "Chaque incident suit la procédure"),
    "affected_people_are_told_in_time": Words(
        "Those whose data is concerned are told in time", "Ceux dont les données sont en cause sont prévenus à temps"
    ),
    "incidents_are_contained": Words("Incidents are contained at once", "Les incidents sont contenus aussitôt"),
    "incidents_are_investigated": Words("Incidents are investigated", "Les incidents font l’objet d’une enquête"),
    "incidents_are_documented": Words(
        "Incidents are documented and reported", "Les incidents sont documentés et font l’objet d’un rapport"
    ),
}
PURPOSES: Final[_Facts] = {
    "data_is_processed_as_instructed": Words(
        "Data is processed only as its customer instructed",
        "Les données ne sont traitées que selon les instructions du client",
    ),
    "uses_keep_to_their_purpose": Words(
        "No data is used for another purpose than the recorded one",
        "Aucune donnée ne sert à une autre finalité que celle inscrite au registre",
    ),
    "record_of_processing_is_complete": Words(
        "The record of processing is complete", "Le registre des traitements est complet"
    ),
    "record_of_processing_is_given_out": Words(
        "The record of processing is given to whoever asks", "Le registre des traitements est remis à qui le demande"
    ),
    "transfers_wait_for_the_controller": Words(
        "No data goes to a third party or abroad before the controller accepts",
        "Aucune donnée ne part vers un tiers ou à l’étranger avant l’accord du responsable du traitement",
    ),
    "data_stays_in_declared_countries": Words(
        "Data stays in the declared countries", "Les données restent dans les pays déclarés"
    ),
    "only_needed_fields_are_collected": Words(
        "Only the fields that are needed are collected", "Seuls les champs nécessaires sont collectés"
    ),
    "usage_figures_are_anonymous": Words(
        "Figures for improvement are anonymous", "Les chiffres destinés à l’amélioration sont anonymes"
    ),
    "platforms_get_only_what_they_need": Words(
        "A platform gets only the data that it needs", "Une plateforme ne reçoit que les données qu’il lui faut"
    ),
    "data_comes_back_from_partners": Words(
        "Data is taken back from a partner, and deleted there",
        "Les données sont reprises à un partenaire et supprimées chez lui",
    ),
    "marketing_rules_are_enforced": Words(
        "Consent and objections hold for every mailing", "Consentements et oppositions valent pour chaque envoi"
    ),
    "prompts_hold_one_customer_only": Words(
        "A prompt to an AI provider holds one customer’s data only",
        "Une requête à un fournisseur d’IA ne contient que les données d’un seul client",
    ),
    "ai_never_learns_from_customer_data": Words(
        "No AI model is trained on customer data", "Aucun modèle d’IA n’est entraîné sur les données des clients"
    ),
}
RETENTION: Final[_Facts] = {
    "every_data_type_has_a_period": Words(
        "Every type of data has a retention period", "Chaque type de données a une durée de conservation"
    ),
    "data_goes_when_its_period_ends": Words(
        "Data goes when its period ends", "Les données disparaissent au terme de leur durée"
    ),
    "legally_required_data_is_archived": Words(
        "What the law requires is kept, apart and safe", "Ce que la loi impose de garder est archivé à part, en sûreté"
    ),
    "rights_requests_are_answered_in_time": Words(
        "People’s requests about their data are answered in time",
        "Les demandes des personnes sur leurs données reçoivent réponse à temps",
    ),
    "restrictions_are_honoured": Words(
        "Restrictions and objections are honoured", "Limitations et oppositions sont respectées"
    ),
    "customers_export_everything": Words(
        "A customer can take everything out, in a standard format",
        "Un client peut tout récupérer, dans un format courant",
    ),
}
ACCESS: Final[_Facts] = {
    "staff_access_is_granted_for_a_time": Words(
        "Staff reach customer data by a grant that ends", "Le personnel accède aux données par une autorisation limitée"
    ),
    "staff_reach_is_listed": Words(
        "What staff can reach of personal data is listed, and is little",
        "Ce que le personnel peut voir des données personnelles est listé, et c’est peu",
    ),
    "staff_come_by_vpn": Words(
        "Staff reach the platform by VPN only", "Le personnel n’atteint la plateforme que par VPN"
    ),
    "every_account_is_one_person": Words(
        "Every account is one person’s", "Chaque compte est celui d’une seule personne"
    ),
    "sign_in_is_limited_by_country": Words(
        "An account can be limited to countries of sign-in",
        "Un compte peut être limité à certains pays de connexion",
    ),
    "second_factor_is_offered": Words(
        "Every account can have a second factor", "Chaque compte peut avoir un second facteur"
    ),
    "batch_files_come_encrypted": Words(
        "Batch files come by SFTP or FTPS only", "Les fichiers par lots ne passent que par SFTP ou FTPS"
    ),
    "files_open_by_signed_links_only": Words(
        "Files open only by signed links that expire", "Les fichiers ne s’ouvrent que par des liens signés qui expirent"
    ),
    "sensitive_data_is_sealed_end_to_end": Words(
        "Sensitive data is sealed by its sender for its recipient alone",
        "Les données sensibles sont scellées par l’expéditeur pour le seul destinataire",
    ),
}
CAMPAIGNS: Final[_Facts] = {
    "campaign_flows_are_watched": Words(
        "Campaign data flows are watched around the clock",
        "Les flux de données de campagne sont surveillés jour et nuit",
    ),
    "campaign_execution_is_watched": Words(
        "Campaigns are watched as they run", "Les campagnes sont surveillées pendant leur exécution"
    ),
    "campaign_talk_is_encrypted": Words(
        "Campaigns are coordinated on encrypted channels", "Les campagnes se coordonnent par des canaux chiffrés"
    ),
    "campaign_changes_ask_for_a_second_factor": Words(
        "A change to a campaign asks for more than one factor",
        "Modifier une campagne demande plus d’un facteur",
    ),
    "campaign_actions_are_approved": Words(
        "Campaign actions are approved before they run", "Les actions de campagne sont approuvées avant leur exécution"
    ),
    "campaigns_are_documented": Words("Every campaign is documented", "Chaque campagne est documentée"),
}
DEVELOPMENT: Final[_Facts] = {
    "web_platform_withstands_known_attacks": Words(
        "The web platform withstands the known attacks, tried all the time",
        "La plateforme web résiste aux attaques connues, essayées en continu",
    ),
    "changes_pass_a_security_review": Words(
        "Changes pass a security review before release",
        "Les changements passent une revue de sécurité avant mise en ligne",
    ),
    "code_is_analysed_and_tested": Words(
        "The code is analysed statically and tested", "Le code est analysé statiquement et testé"
    ),
    "libraries_are_updated_in_time": Words(
        "Third-party libraries are updated in time", "Les bibliothèques tierces sont mises à jour à temps"
    ),
}
REGISTERS: Final[_Facts] = {
    "partners_can_audit_us": Words(
        "A partner’s audit is planned, done and kept", "L’audit d’un partenaire est planifié, mené et conservé"
    ),
    "escrow_subscribers_get_the_source": Words(
        "Escrow subscribers are listed, and get the source when conditions are met",
        "Les inscrits au séquestre sont listés, et reçoivent le code si les conditions sont réunies",
    ),
    "penetration_test_results_are_given_out": Words(
        "Results of penetration tests are given to whoever asks",
        "Les résultats des tests d’intrusion sont remis à qui les demande",
    ),
}
NEVER: Final[_Facts] = {
    "privacy_shield_is_in_force": Words(
        "The Privacy Shield is in force (it is not: void since 16 July 2020, Court of Justice, C-311/18)",
        "Le bouclier de protection des données est en vigueur (il ne l’est pas : invalidé le 16 "
        "juillet 2020, C-311/18)",
    ),
}
"""What no capability will bring."""

BROUGHT_BY: Final[tuple[tuple[_Facts, Words], ...]] = (
    (BACKUPS, Words("backups and restore drills", "les sauvegardes et les exercices de restauration")),
    (AVAILABILITY, Words("the watch over availability", "la surveillance de la disponibilité")),
    (HOSTS, Words("the inspection of servers and devices", "l’inspection des serveurs et des postes")),
    (MONITORING, Words("the watch over logs and events", "la surveillance des journaux et des événements")),
    (INCIDENTS, Words("incident handling", "la gestion des incidents")),
    (PURPOSES, Words("purposes, instructions and third parties", "les finalités, les instructions et les tiers")),
    (RETENTION, Words("retention and people’s rights", "la conservation et les droits des personnes")),
    (
        ACCESS,
        Words(
            "staff grants, second factors, network rules and file transfers",
            "les autorisations du personnel, le second facteur, les règles de réseau et les transferts",
        ),
    ),
    (CAMPAIGNS, Words("campaigns", "les campagnes")),
    (DEVELOPMENT, Words("checks of the code and of its releases", "le contrôle du code et de ses versions")),
    (REGISTERS, Words("the registers", "les registres")),
)


def _planned(control_id: str, title: Words, by: Words | None) -> Control:
    seen = Words("Nothing: what it names no longer exists.", "Rien : ce qu’elle nomme n’existe plus.")
    lies = Words("It claims nothing.", "Il n’affirme rien.")
    if by is not None:
        seen = Words(f"Nothing yet: it comes with {by.en}.", f"Rien encore\u00a0: cela vient avec {by.fr}.")
    return Control(
        id=control_id,
        kind="planned",
        title={"en": title.en, "fr": title.fr},
        sees={"en": seen.en, "fr": seen.fr},
        could_lie_if={"en": lies.en, "fr": lies.fr},
        every=timedelta(days=1),
    )


CONTROLS: Final[tuple[Control, ...]] = (
    *(_planned(each, title, by) for facts, by in BROUGHT_BY for each, title in facts.items()),
    *(_planned(each, title, None) for each, title in NEVER.items()),
)
