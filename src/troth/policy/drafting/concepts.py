"""What words of security and privacy stand for, in English and in French alike: a small thesaurus, not any policy's.

A concept brings "erased", "destroyed" and « supprimées » together, so that a French sentence finds an English title.
Its entries are beginnings of plain words (`wording.plain`); one with `$` is a whole word.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from troth.policy.drafting.wording import plain

_THESAURUS: Final = """
delete: delet eras destroy destruct destr purg wip supprim suppress effac detrui remov gone goes disappear dispar
  shred
encrypt: encrypt chiffr crypt cipher cryptograph seal scell tls ssl https unencrypt decrypt aes
traffic: traffic trafic transit tls ssl https communicat in$ transmi transport wire
rest: rest$ repos stor stock disk disque archiv
key: key$ keys$ cle$ cles$ clef
store: stor stock stay$ stays$ reste$ restent$ persist conserv hold$ holds$ held lie$ lies$ host heberg
backup: backup back-up backed sauvegard snapshot
restore: restor restaur recover recuper reprise
recover: recover recuper reprise disaster sinistre resum
copy: copy copies copie copied replic repliq mirror duplic redund synchron redondan
place: place location localis lieu lieux site geograph region zone centre center datacent espace bucket
country: countr pays$ territor abroad etranger
  etranger
transfer: transfer transmi send$ sent$ envoi abroad export partag share
staff: staff employe personnel salari worker workforce collaborateur people$ contractor prestatair co-worker
  coworker recruit habilit internal
recruit: recruit hire hired hiring embauch background antecedent candidat
train: train formation former sensibilis awareness educat learn$ module course
sign: sign$ signs$ signed$ signe$ signer$ signent signature acknowledg
rules: rule regle policy policies politique procedur protocol charte regulation reglement regulat standard
contract: contract contrat agreement accord clause$ conclu
customer: customer client tenant partner partenair company companies entreprise
supplier: subprocessor sub-processor subcontract sous-traitant sous$ vendor supplier fournisseur provider
  prestatair third tiers platform partner
host: host heberg datacent centre$ centres$ center$ centers$ infrastructure cloud
separate: separat separe segregat isolat isole apart cloison distinct wall$ walled tenant multitenant multi-tenant
  logical disparate
environment: environment environnement staging preproduction developpement development production
access: access acces reach attein connect see$ seen$ view consult
restrict: restrict restreint restrei limit only$ uniquement exclusiv strict necessar need$ needed besoin minim
  essential
role: role privileg permission level niveau droit$ profil administrat
account: account compte user$ users$ utilisateur id$ identifier identifiant login
person: person individu single unique someone quelqu one$
unique: unique exactly exclusiv one$ single belong lie$ link
password: password passwords passphrase mot$ mots$ passe credential
hash: hash hach salt sel$ md5 sha256 bcrypt argon bcrypt digest
pseudonym: pseudonym hash anonymis md5 keyed
anonymous: anonym aggregat agreg statistic
complexity: complex length longueur longue character caracter minimum minimal digit upper lower special
preset: preset default defaut defined predefin initial$
token: token jeton session cookie
authenticate: authentic authentif authentification login log-in sign-in connexion credential signin
authorise: authoris authoriz autoris permission framework permit
second_factor: second$ two-factor multi-factor factor facteur 2fa mfa totp webauthn forte
production: production live$ running exploitation
log: log$ logs$ logged logging journal journaux journalis enregistr trace audit$ trail syslog record$
tamper: tamper rewrit rewrite alter falsif integr immutab modif chang
central: central centralis together come$ rejoign syslog siem
review: review revue relu verif assess evaluat evalu examin audit check inspect
analyse: analys analy scan detect search$ automat
monitor: monitor surveill watch observ supervis alert track 24/7 around$ clock real-time continu
alert: alert alarm notify notif duty astreinte channel email
outside: outside external exterieur extern url urls independent third
notify: notif inform$ informs$ informed$ tell$ told$ prevenu avert communicat disclos prevent$ prompt delay affect
incident: incident breach violation intrusion compromis attack attaque unauthor unauthoris event evenement
contain: containm containing endigu confin immediat rapid
investigate: investigat enquet forensic
document: document report rapport
lesson: lesson remed remediat corrective prevention lecon improv
scan: scan vulnerab analys faille flaw owasp weakness
vulnerability: vulnerab faille flaw weakness owasp virus malware security$
pentest: penetration intrusion pentest break$ breaks$
code: code$ source static statique repository
test: test$ tests$ tested$ testing$ teste essai essay rehears exerc drill verif prove prouv
patch: patch update updates updat mise$ mises$ jour$ correct correctif security$ upgrade
library: librar bibliothe dependenc third-party tierce component
server: server serveur host$ hosts$ machine ssh
firewall: firewall pare-feu parefeu pare$ feu$
ddos: ddos denial deni$ deluge
virus: virus antivirus viruses malware upload
device: device poste$ postes$ laptop ordinateur portable workstation computer screen ecran disk disque terminal
physical: physical physique badge camera guard gardien premises locaux building facilit escort power weather
continuity: continuity continuite plan$ bcp pca
available: availab disponib highly resilien fault-toleran fault survi toler haute redund loss perte
speed: brief soon vite rapid quick
certificate: certif iso soc ssae attestation report tier label
officer: officer delegue responsable nominat nomm appoint dpo ciso
contact: contact question email mail answer repond send write
purpose: purpose finalit use$ uses$ used$ utilis instruct
instruct: instruct instruction consigne directive
record: record registre register
lawful: legal$ legaux law$ loi$ lawful gdpr rgpd ccpa regulat compl conform framework
basis: basis base$ fondement legal$
consent: consent accept accord acceptance prior prealabl
minimise: minimi necess essential only$ need$ needed
retention: retention retain conserv period duree kept keep garde
archive: archiv
certified: certified certif destruction method
request: request demand demande ask$ asks$
rights: right$ rights$ droit$ droits$ correct rectif portab restrict object opposition limitation
portability: portab export extraction standard format take$ everything recuper
owner: owner propriet own$ owns$ appart remain rest$
ai: ai$ ia$ model modele artificial artificiel machine prompt invite requete
learn: learn train entrain former apprend
escrow: escrow sequestre depos deposit notaire
campaign: campaign campagne mailing
approve: approv valid$ valide workflow
coordinate: coordinat coordonn channel canaux canal secure
vet: vet vett assess evalu due$ diligence thorough select
exit: exit retriev retrieval recuper reprise return back$ come$ comes$
vpn: vpn
sftp: sftp ftps ftp batch lot$ lots$
file: file$ files$ fichier dossier document
link: link$ links$ lien liens url signed presign
public: public publi website site page
database: database databases bdd base$ bases$ postgres
address: address adresse ip$ allow-list whitelist liste allowlist
identifier: identifier identifiant pseudonym
browser: browser navigateur web$ device$ fingerprint
usage: usage statist figure analytic analyt improv chiffre
community: communit research recherche industr
feedback: feedback retour avis remarque suggestion
technology: technolog practice pratique latest recent landscape
feature: feature fonctionnal design change changes changement modif
developer: develop developpeu engineer team equipe
api: api$ interface
action: action operation sensib
attempt: attempt tentative every$ toutes
web: web$ http https request requete
sensitive: sensitiv sensib end-to-end bout$
night: night nuit nightly daily quotid jour$ day$
daily_tier: daily nightly quotid journali
weekly_tier: weekly hebdo
monthly_tier: monthly mensuel
yearly_tier: yearly annual annuel
main: main$ primary principal
tier: weekly monthly yearly hebdo mensuel annuel daily quotid
moment: moment instant point-in-time point$ ponctuel time$
write_only: write-only write$ ecriture
full: full$ fully full-disk complet complete entire entier
outsourcing: outsourc external hosting disclos third-party
confidential: confidential confidenti secre
"""


def _compiled() -> tuple[tuple[str, re.Pattern[str]], ...]:
    made = []
    for line in _THESAURUS.strip().replace("\n  ", " ").splitlines():
        name, _, entries = line.partition(":")
        parts = [re.escape(each[:-1]) + r"\b" if each.endswith("$") else re.escape(each) for each in entries.split()]
        made.append((name.strip(), re.compile("(?:" + "|".join(parts) + ")")))
    return tuple(made)


_CONCEPTS: Final = _compiled()


TIERS: Final = frozenset({"daily_tier", "weekly_tier", "monthly_tier", "yearly_tier"})
"""Kinds of backups by how often they are made: one is never another."""


@cache
def of_word(word: str) -> tuple[str, ...]:
    """The concepts that a word stands for."""
    small = plain(word)
    return tuple(name for name, pattern in _CONCEPTS if pattern.match(small))


def names() -> Iterator[str]:
    """Every concept."""
    return (name for name, _ in _CONCEPTS)
