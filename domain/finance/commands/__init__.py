"""What people make of periods and vouchers, one file a document."""

from domain.finance.commands.periods import ChangePeriodState, change_period_states

__all__ = ["ChangePeriodState", "change_period_states"]
