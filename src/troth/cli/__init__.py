"""The command line: the operator's way in, on the machine where the platform runs.

Guarantees: it works only for operating-system users who may open the installation's folder; whoever reads customers'
data gives a reason, which is logged; nothing personal is taken from or put into the arguments; exit codes are stable.
"""
