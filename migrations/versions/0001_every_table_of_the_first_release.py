"""Every table of the first release.

Made from the records; read it before it is committed: one purpose, safe with the version that still runs.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('access_log_entry',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity, 0 for the group.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('actor_id', sa.Uuid(), nullable=False, comment='Who read.'),
    sa.Column('actor_name', sa.Text(), nullable=False, comment='Name of the reader, as it was then.'),
    sa.Column('document_hash', sa.Text(), nullable=False, comment='SHA-256 of the document that asked.'),
    sa.Column('coordinates', postgresql.ARRAY(sa.Text()), nullable=False, comment='The personal fields that were read.'),
    sa.Column('row_count', sa.BigInteger(), nullable=False, comment='Number of rows answered.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(actor_name) <= 400', name=op.f('ck_access_log_entry_actor_name_length')),
    sa.CheckConstraint('char_length(document_hash) <= 64', name=op.f('ck_access_log_entry_document_hash_length')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_access_log_entry'))
    )
    op.create_index('ix_access_log_entry_actor', 'access_log_entry', ['company_id', 'actor_id', 'recorded_at'], unique=False)
    op.create_table('alert_rule',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('code', sa.Text(), nullable=False, comment='Code of the rule.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name of the rule in English.'),
    sa.Column('name_zh', sa.Text(), nullable=False, comment='Name of the rule in Chinese.'),
    sa.Column('kind', sa.Text(), nullable=False, comment='The condition that the rule watches.'),
    sa.Column('severity', sa.Text(), nullable=False, comment='Severity of the alerts it raises.'),
    sa.Column('threshold', sa.Numeric(precision=24, scale=10), nullable=False, comment='Where the condition begins: days after the due date, days before expiry, days blocked or on hold, percent of the reorder point, of the credit limit, of the budget, off the usual price, or of margin.'),
    sa.Column('hysteresis', sa.Numeric(precision=24, scale=10), server_default='0', nullable=False, comment='How far beyond the threshold the value must recover before the alert resolves itself.'),
    sa.Column('threshold_unit', sa.Text(), nullable=False, comment='Unit of threshold and hysteresis: day or %.'),
    sa.Column('window_days', sa.Integer(), nullable=False, comment='Causes older than this many days are history and raise nothing.'),
    sa.Column('owner_role', sa.Text(), nullable=False, comment='Role that is expected to act.'),
    sa.Column('escalate_after_hours', sa.Integer(), nullable=True, comment='An alert that nobody took for so many hours becomes the matter of another role; never without.'),
    sa.Column('escalation_role', sa.Text(), nullable=True, comment='Role that is expected to act from then on.'),
    sa.Column('active', sa.Boolean(), server_default=sa.text('true'), nullable=False, comment='Whether the rule raises alerts.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("kind IN ('RECEIPT_OVERDUE', 'BELOW_REORDER_POINT', 'LOT_EXPIRING', 'MATCH_BLOCKED', 'LICENCE_EXPIRING', 'WEBHOOK_UNDELIVERED', 'EXCURSION', 'REGISTRATION_EXPIRING', 'CREDIT_EXCEEDED', 'BUDGET_EXCEEDED', 'PRICE_OUTSIDE_BAND', 'NEGATIVE_MARGIN')", name=op.f('ck_alert_rule_kind_known')),
    sa.CheckConstraint("severity IN ('INFO', 'WARNING', 'CRITICAL')", name=op.f('ck_alert_rule_severity_known')),
    sa.CheckConstraint('(escalate_after_hours IS NULL) = (escalation_role IS NULL)', name=op.f('ck_alert_rule_escalates_to_somebody')),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_alert_rule_code_length')),
    sa.CheckConstraint('char_length(escalation_role) <= 64', name=op.f('ck_alert_rule_escalation_role_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_alert_rule_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_alert_rule_name_zh_length')),
    sa.CheckConstraint('char_length(owner_role) <= 64', name=op.f('ck_alert_rule_owner_role_length')),
    sa.CheckConstraint('char_length(threshold_unit) <= 64', name=op.f('ck_alert_rule_threshold_unit_length')),
    sa.CheckConstraint('escalate_after_hours > 0', name=op.f('ck_alert_rule_escalate_after_hours_positive')),
    sa.CheckConstraint('hysteresis >= 0', name=op.f('ck_alert_rule_hysteresis_not_negative')),
    sa.CheckConstraint('threshold >= 0', name=op.f('ck_alert_rule_threshold_not_negative')),
    sa.CheckConstraint('window_days > 0', name=op.f('ck_alert_rule_window_days_positive')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert_rule')),
    sa.UniqueConstraint('code', name=op.f('uq_alert_rule_code'))
    )
    op.create_table('audit_entry',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity, 0 for the group.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('work_id', sa.Uuid(), nullable=False, comment='The transaction the change belongs to.'),
    sa.Column('actor_id', sa.Uuid(), nullable=False, comment='Who changed the row.'),
    sa.Column('actor_name', sa.Text(), nullable=False, comment='Name of the one who changed it, as it was then.'),
    sa.Column('command', sa.Text(), nullable=False, comment='The command that changed it.'),
    sa.Column('reason', sa.Text(), nullable=True, comment='Why, in the words of the actor.'),
    sa.Column('record_type', sa.Text(), nullable=False, comment='Table of the changed row.'),
    sa.Column('record_id', sa.Uuid(), nullable=False, comment='The changed row.'),
    sa.Column('record_version', sa.Integer(), nullable=True, comment='Version of the row after the change.'),
    sa.Column('before', postgresql.JSONB(astext_type=sa.Text()), nullable=True, comment='Changed fields as they were; null when the row is new.'),
    sa.Column('after', postgresql.JSONB(astext_type=sa.Text()), nullable=True, comment='Changed fields as they became; null when the row was removed.'),
    sa.Column('personal', postgresql.JSONB(astext_type=sa.Text()), nullable=True, comment='Personal values before and after, kept apart so that they can be erased.'),
    sa.Column('salt', sa.Uuid(), nullable=True, comment='Random salt of the personal digest, erased with it.'),
    sa.Column('personal_digest', sa.LargeBinary(), nullable=True, comment='SHA-256 of salt and personal values.'),
    sa.Column('digest', sa.LargeBinary(), nullable=False, comment='SHA-256 of the entry.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(actor_name) <= 400', name=op.f('ck_audit_entry_actor_name_length')),
    sa.CheckConstraint('char_length(command) <= 64', name=op.f('ck_audit_entry_command_length')),
    sa.CheckConstraint('char_length(reason) <= 2000', name=op.f('ck_audit_entry_reason_length')),
    sa.CheckConstraint('char_length(record_type) <= 64', name=op.f('ck_audit_entry_record_type_length')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_audit_entry'))
    )
    op.create_index('ix_audit_entry_record', 'audit_entry', ['company_id', 'record_id'], unique=False)
    op.create_index('ix_audit_entry_work', 'audit_entry', ['company_id', 'work_id'], unique=False)
    op.create_table('audit_seal',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity, 0 for the group.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('entry_count', sa.Integer(), nullable=False, comment='Number of audit entries of the transaction.'),
    sa.Column('position', sa.BigInteger(), nullable=True, comment='Gapless place in the chain.'),
    sa.Column('sealed_at', sa.DateTime(timezone=True), nullable=True, comment='When the link was sealed.'),
    sa.Column('previous_digest', sa.LargeBinary(), nullable=True, comment='Digest of the link before.'),
    sa.Column('entries_digest', sa.LargeBinary(), nullable=True, comment="SHA-256 of the entries' digests in id order."),
    sa.Column('digest', sa.LargeBinary(), nullable=True, comment='SHA-256 of this link; the last one is the head.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_audit_seal'))
    )
    op.create_index('ix_audit_seal_position', 'audit_seal', ['position'], unique=False, postgresql_where=sa.text('position IS NOT NULL'))
    op.create_index('ix_audit_seal_waiting', 'audit_seal', ['id'], unique=False, postgresql_where=sa.text('position IS NULL'))
    op.create_table('client_application',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name, as tokens (client) and API keys carry it; `default` stands for every other.'),
    sa.Column('audience', sa.Text(), nullable=False, comment='Whose visible schema its documents are checked against.'),
    sa.Column('trusted_only', sa.Boolean(), server_default=sa.text('false'), nullable=False, comment='Whether it may run its registered documents alone.'),
    sa.Column('may_register', sa.Boolean(), server_default=sa.text('false'), nullable=False, comment='Whether a document it sends with its hash is kept for a while and then runs by the hash alone.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("audience IN ('ANONYMOUS', 'SUPPLIER', 'CUSTOMER', 'STAFF')", name=op.f('ck_client_application_audience_known')),
    sa.CheckConstraint('char_length(name) <= 64', name=op.f('ck_client_application_name_length')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_client_application')),
    sa.UniqueConstraint('name', name=op.f('uq_client_application_name'))
    )
    op.create_table('client_bucket',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity, 0 for the group.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('drained_at', sa.DateTime(timezone=True), nullable=False, comment='When everything that was poured in has leaked.'),
    sa.Column('granted', sa.BigInteger(), nullable=False, comment='Points that the last lease took.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_client_bucket'))
    )
    op.create_table('client_tier',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('code', sa.Text(), nullable=False, comment='Code of the tier.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name of the tier in English.'),
    sa.Column('name_zh', sa.Text(), nullable=False, comment='Name of the tier in Chinese.'),
    sa.Column('tokens', sa.Integer(), nullable=False, comment='Lexical tokens of a document at most.'),
    sa.Column('depth', sa.Integer(), nullable=False, comment='Levels of nested fields at most.'),
    sa.Column('aliases', sa.Integer(), nullable=False, comment='Aliases of a document at most, fragments expanded.'),
    sa.Column('root_fields', sa.Integer(), nullable=False, comment='Fields at the root of a query at most.'),
    sa.Column('mutations', sa.Integer(), nullable=False, comment='Mutations of a document at most.'),
    sa.Column('directives', sa.Integer(), nullable=False, comment='Directives of a document at most.'),
    sa.Column('cost', sa.Integer(), nullable=False, comment='Points of one operation at most.'),
    sa.Column('bucket', sa.Integer(), nullable=False, comment='Points that a client may spend at once.'),
    sa.Column('restore_rate', sa.Integer(), nullable=False, comment='Points that a client gets back in a second.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('bucket >= cost', name=op.f('ck_client_tier_bucket_holds_one_operation')),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_client_tier_code_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_client_tier_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_client_tier_name_zh_length')),
    sa.CheckConstraint('least(tokens, depth, aliases, root_fields, mutations, directives, cost, restore_rate) > 0', name=op.f('ck_client_tier_limits_positive')),
    sa.CheckConstraint('restore_rate <= 1000000', name=op.f('ck_client_tier_restore_rate_measurable')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_client_tier')),
    sa.UniqueConstraint('code', name=op.f('uq_client_tier_code'))
    )
    op.create_table('code_list',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('code', sa.Text(), nullable=False, comment='Short code of the list, such as GMDN.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='Name in Chinese.'),
    sa.Column('owner', sa.Text(), nullable=True, comment='The body that maintains the list.'),
    sa.Column('edition', sa.Text(), nullable=True, comment='Edition or release date of the list.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_code_list_code_length')),
    sa.CheckConstraint('char_length(edition) <= 400', name=op.f('ck_code_list_edition_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_code_list_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_code_list_name_zh_length')),
    sa.CheckConstraint('char_length(owner) <= 400', name=op.f('ck_code_list_owner_length')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_code_list')),
    sa.UniqueConstraint('code', name=op.f('uq_code_list_code'))
    )
    op.create_index(op.f('ix_code_list_code_id'), 'code_list', ['code', 'id'], unique=False)
    op.create_index(op.f('ix_code_list_name_id'), 'code_list', ['name', 'id'], unique=False)
    op.create_table('company',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('company_id', sa.SmallInteger(), nullable=False, comment="Number that the company's rows carry."),
    sa.Column('code', sa.Text(), nullable=False, comment='Short code of the company.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Registered name.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='Registered name in Chinese.'),
    sa.Column('currency', sa.Text(), nullable=False, comment='Functional currency: the one its books are kept in.'),
    sa.Column('country', sa.Text(), nullable=False, comment='Country of registration.'),
    sa.Column('credit_code', sa.Text(), nullable=True, comment='Unified social credit code, 18 characters (GB 32100-2015); companies registered in China.'),
    sa.Column('is_group', sa.Boolean(), server_default='false', nullable=False, comment='Whether the company is the head of the group, whose books are kept in group currency.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_company_code_length')),
    sa.CheckConstraint('char_length(country) <= 2', name=op.f('ck_company_country_length')),
    sa.CheckConstraint('char_length(credit_code) <= 18', name=op.f('ck_company_credit_code_length')),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_company_currency_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_company_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_company_name_zh_length')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_company')),
    sa.UniqueConstraint('code', name=op.f('uq_company_code')),
    sa.UniqueConstraint('company_id', name=op.f('uq_company_company_id'))
    )
    op.create_index(op.f('ix_company_code_id'), 'company', ['code', 'id'], unique=False)
    op.create_index(op.f('ix_company_name_id'), 'company', ['name', 'id'], unique=False)
    op.create_table('currency',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('code', sa.Text(), nullable=False, comment='Alphabetic code.'),
    sa.Column('numeric_code', sa.Text(), nullable=True, comment='Numeric code, three digits.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='Name in Chinese.'),
    sa.Column('minor_unit', sa.SmallInteger(), server_default='2', nullable=False, comment='Decimals of the smallest unit: 2 for USD, 0 for JPY; ledger amounts are rounded to it.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('char_length(code) <= 3', name=op.f('ck_currency_code_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_currency_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_currency_name_zh_length')),
    sa.CheckConstraint('char_length(numeric_code) <= 3', name=op.f('ck_currency_numeric_code_length')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_currency')),
    sa.UniqueConstraint('code', name=op.f('uq_currency_code'))
    )
    op.create_index(op.f('ix_currency_code_id'), 'currency', ['code', 'id'], unique=False)
    op.create_index(op.f('ix_currency_name_id'), 'currency', ['name', 'id'], unique=False)
    op.create_table('currency_rate',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('base_currency', sa.Text(), nullable=False, comment='The currency one unit of which is priced.'),
    sa.Column('quote_currency', sa.Text(), nullable=False, comment='The currency the price is in.'),
    sa.Column('valid_on', sa.Date(), nullable=False, comment='The day the rates hold for.'),
    sa.Column('source', sa.Text(), nullable=False, comment='Who published the rates, such as ECB.'),
    sa.Column('spot_rate', sa.Numeric(precision=24, scale=10), nullable=True, comment="Rate of a deal on the day, or the day's reference rate."),
    sa.Column('average_rate', sa.Numeric(precision=24, scale=10), nullable=True, comment='Average over the day or the period that ends on it.'),
    sa.Column('closing_rate', sa.Numeric(precision=24, scale=10), nullable=True, comment='Rate at the end of the day.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('char_length(base_currency) <= 3', name=op.f('ck_currency_rate_base_currency_length')),
    sa.CheckConstraint('char_length(quote_currency) <= 3', name=op.f('ck_currency_rate_quote_currency_length')),
    sa.CheckConstraint('char_length(source) <= 64', name=op.f('ck_currency_rate_source_length')),
    sa.CheckConstraint('coalesce(spot_rate, average_rate, closing_rate) IS NOT NULL', name=op.f('ck_currency_rate_some_rate_given')),
    sa.CheckConstraint('least(spot_rate, average_rate, closing_rate) > 0', name=op.f('ck_currency_rate_rates_positive')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_currency_rate')),
    sa.UniqueConstraint('base_currency', 'quote_currency', 'valid_on', 'source', name=op.f('uq_currency_rate_base_currency_quote_currency_valid_on_source'))
    )
    op.create_index(op.f('ix_currency_rate_valid_on_id'), 'currency_rate', ['valid_on', 'id'], unique=False)
    op.create_table('data_dictionary_entry',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('coordinate', sa.Text(), nullable=False, comment='Table and column, such as purchase_order.total_due.'),
    sa.Column('module', sa.Text(), nullable=False, comment='The module that owns the record.'),
    sa.Column('record', sa.Text(), nullable=False, comment="The record's type in the graph."),
    sa.Column('column_name', sa.Text(), nullable=False, comment="The column's name."),
    sa.Column('meaning', sa.Text(), nullable=False, comment='What a value means.'),
    sa.Column('label', sa.Text(), nullable=False, comment='The label people read, in English.'),
    sa.Column('label_zh', sa.Text(), nullable=False, comment='The label people read, in Chinese.'),
    sa.Column('sql_type', sa.Text(), nullable=False, comment='The type that holds the value.'),
    sa.Column('is_nullable', sa.Boolean(), nullable=False, comment='Whether the value may be missing.'),
    sa.Column('unit', sa.Text(), nullable=True, comment='The unit: a literal such as day, or the path of the column that holds it.'),
    sa.Column('tier', sa.Text(), nullable=False, comment='Who may see a value.'),
    sa.Column('code_list', sa.Text(), nullable=True, comment='The code list whose codes the column holds.'),
    sa.Column('value_list', sa.Text(), nullable=True, comment='The values of a closed list, separated by commas.'),
    sa.Column('reference_table', sa.Text(), nullable=True, comment='The table that the column refers to.'),
    sa.Column('retention', sa.Text(), nullable=False, comment='How long rows are kept.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("tier IN ('PUBLIC', 'INTERNAL', 'COMMERCIAL', 'CONFIDENTIAL', 'PERSONAL')", name=op.f('ck_data_dictionary_entry_tier_known')),
    sa.CheckConstraint('char_length(code_list) <= 400', name=op.f('ck_data_dictionary_entry_code_list_length')),
    sa.CheckConstraint('char_length(column_name) <= 64', name=op.f('ck_data_dictionary_entry_column_name_length')),
    sa.CheckConstraint('char_length(coordinate) <= 127', name=op.f('ck_data_dictionary_entry_coordinate_length')),
    sa.CheckConstraint('char_length(label) <= 400', name=op.f('ck_data_dictionary_entry_label_length')),
    sa.CheckConstraint('char_length(label_zh) <= 400', name=op.f('ck_data_dictionary_entry_label_zh_length')),
    sa.CheckConstraint('char_length(meaning) <= 8000', name=op.f('ck_data_dictionary_entry_meaning_length')),
    sa.CheckConstraint('char_length(module) <= 64', name=op.f('ck_data_dictionary_entry_module_length')),
    sa.CheckConstraint('char_length(record) <= 64', name=op.f('ck_data_dictionary_entry_record_length')),
    sa.CheckConstraint('char_length(reference_table) <= 64', name=op.f('ck_data_dictionary_entry_reference_table_length')),
    sa.CheckConstraint('char_length(retention) <= 400', name=op.f('ck_data_dictionary_entry_retention_length')),
    sa.CheckConstraint('char_length(sql_type) <= 400', name=op.f('ck_data_dictionary_entry_sql_type_length')),
    sa.CheckConstraint('char_length(unit) <= 400', name=op.f('ck_data_dictionary_entry_unit_length')),
    sa.CheckConstraint('char_length(value_list) <= 8000', name=op.f('ck_data_dictionary_entry_value_list_length')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_data_dictionary_entry')),
    sa.UniqueConstraint('coordinate', name=op.f('uq_data_dictionary_entry_coordinate'))
    )
    op.create_index(op.f('ix_data_dictionary_entry_coordinate_id'), 'data_dictionary_entry', ['coordinate', 'id'], unique=False)
    op.create_index(op.f('ix_data_dictionary_entry_module_id'), 'data_dictionary_entry', ['module', 'id'], unique=False)
    op.create_index(op.f('ix_data_dictionary_entry_record_id'), 'data_dictionary_entry', ['record', 'id'], unique=False)
    op.create_table('document_version',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("id = '00000000-0000-7000-8000-000000000002'", name=op.f('ck_document_version_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document_version'))
    )
    op.create_table('duty_conflict',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('duty', sa.Text(), nullable=False, comment='A command.'),
    sa.Column('conflicting', sa.Text(), nullable=False, comment='The command it conflicts with.'),
    sa.Column('reason', sa.Text(), nullable=False, comment='What the two together would let one person do.'),
    sa.Column('origin', sa.Text(), nullable=False, comment='Whether it was shipped or made here.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("origin IN ('BASELINE', 'LOCAL')", name=op.f('ck_duty_conflict_origin_known')),
    sa.CheckConstraint('char_length(conflicting) <= 64', name=op.f('ck_duty_conflict_conflicting_length')),
    sa.CheckConstraint('char_length(duty) <= 64', name=op.f('ck_duty_conflict_duty_length')),
    sa.CheckConstraint('char_length(reason) <= 400', name=op.f('ck_duty_conflict_reason_length')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_duty_conflict'))
    )
    op.create_index('uq_duty_conflict_live', 'duty_conflict', ['duty', 'conflicting'], unique=True, postgresql_where=sa.text('archived_at IS NULL'))
    op.create_table('group_account',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('code', sa.Text(), nullable=False, comment="Number of the account in the group's chart."),
    sa.Column('name', sa.Text(), nullable=False, comment='Name of the account.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='Chinese name of the account.'),
    sa.Column('kind', sa.Text(), nullable=False, comment='Asset, liability, equity, income or expense.'),
    sa.Column('translation', sa.Text(), nullable=False, comment='The rate at which it is translated from the currency of a company.'),
    sa.Column('role', sa.Text(), nullable=True, comment='What consolidation uses the account for.'),
    sa.Column('is_eliminated', sa.Boolean(), server_default='false', nullable=False, comment='Whether what it holds with another company of the group is no business of the group.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("kind IN ('ASSET', 'LIABILITY', 'EQUITY', 'INCOME', 'EXPENSE')", name=op.f('ck_group_account_kind_known')),
    sa.CheckConstraint("role IN ('RETAINED_EARNINGS', 'TRANSLATION_ADJUSTMENT', 'ELIMINATION_DIFFERENCE', 'MINORITY_INTEREST', 'MINORITY_RESULT', 'COST_OF_SALES', 'STOCK', 'UNREALISED_PROFIT')", name=op.f('ck_group_account_role_known')),
    sa.CheckConstraint("translation IN ('CLOSING', 'AVERAGE', 'HISTORICAL')", name=op.f('ck_group_account_translation_known')),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_group_account_code_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_group_account_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_group_account_name_zh_length')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_group_account')),
    sa.UniqueConstraint('code', name=op.f('uq_group_account_code'))
    )
    op.create_index(op.f('ix_group_account_code_id'), 'group_account', ['code', 'id'], unique=False)
    op.create_index('uq_group_account_role', 'group_account', ['role'], unique=True, postgresql_where=sa.text('role IS NOT NULL'))
    op.create_table('handler_position',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity, 0 for the group.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name of the handler.'),
    sa.Column('position', sa.BigInteger(), server_default='0', nullable=False, comment='Position of the last event whose effect is committed.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(name) <= 64', name=op.f('ck_handler_position_name_length')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_handler_position')),
    sa.UniqueConstraint('company_id', 'name', name=op.f('uq_handler_position_company_id_name'))
    )
    op.create_table('idempotency_key',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity, 0 for the group.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('client', sa.Text(), nullable=False, comment='The application that chose the key.'),
    sa.Column('key', sa.Text(), nullable=False, comment='The key, unique within the client.'),
    sa.Column('input_digest', sa.LargeBinary(), nullable=False, comment='SHA-256 of the canonical input.'),
    sa.Column('command', sa.Text(), nullable=False, comment='The command performed.'),
    sa.Column('record_type', sa.Text(), nullable=False, comment='Table of the records made or changed.'),
    sa.Column('record_ids', postgresql.ARRAY(sa.Uuid()), nullable=False, comment="The records made or changed, in the input's order."),
    sa.Column('versions', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='Version of each record when the command ended.'),
    sa.Column('work_id', sa.Uuid(), nullable=False, comment='The transaction, and through its events the position.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(client) <= 200', name=op.f('ck_idempotency_key_client_length')),
    sa.CheckConstraint('char_length(command) <= 64', name=op.f('ck_idempotency_key_command_length')),
    sa.CheckConstraint('char_length(key) <= 200', name=op.f('ck_idempotency_key_key_length')),
    sa.CheckConstraint('char_length(record_type) <= 64', name=op.f('ck_idempotency_key_record_type_length')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_idempotency_key')),
    sa.UniqueConstraint('company_id', 'client', 'key', name=op.f('uq_idempotency_key_company_id_client_key'))
    )
    op.create_index('ix_idempotency_key_client_key', 'idempotency_key', ['client', 'key'], unique=False)
    op.create_table('item_category',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('code', sa.Text(), nullable=False, comment='Short code of the category.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='Name in Chinese.'),
    sa.Column('parent_id', sa.Uuid(), nullable=True, comment='The broader category.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_item_category_code_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_item_category_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_item_category_name_zh_length')),
    sa.ForeignKeyConstraint(['parent_id'], ['item_category.id'], name=op.f('fk_item_category_parent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_category')),
    sa.UniqueConstraint('code', name=op.f('uq_item_category_code'))
    )
    op.create_index(op.f('ix_item_category_code_id'), 'item_category', ['code', 'id'], unique=False)
    op.create_index(op.f('ix_item_category_name_id'), 'item_category', ['name', 'id'], unique=False)
    op.create_index(op.f('ix_item_category_parent_id'), 'item_category', ['parent_id'], unique=False)
    op.create_table('mutation_chunk',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity, 0 for the group.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('run_id', sa.Uuid(), nullable=False, comment='The run.'),
    sa.Column('first_line', sa.Integer(), nullable=False, comment='Number of the first of the lines, from 1.'),
    sa.Column('results', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='What became of each line, as the result file tells it.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_mutation_chunk'))
    )
    op.create_index('ix_mutation_chunk_run_id_first_line', 'mutation_chunk', ['run_id', 'first_line'], unique=False)
    op.create_table('number_series',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity, 0 for the group.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('name', sa.Text(), nullable=False, comment='What is numbered, such as purchase_order.'),
    sa.Column('prefix', sa.Text(), nullable=False, comment='Text before the number.'),
    sa.Column('digits', sa.Integer(), nullable=False, comment='Least number of digits; shorter numbers are padded with zeros.'),
    sa.Column('next_number', sa.BigInteger(), nullable=False, comment='The next number that nobody has drawn.'),
    sa.Column('gap_free', sa.Boolean(), nullable=False, comment='Whether the law asks for numbers without gaps; each is then drawn in its own transaction.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(name) <= 64', name=op.f('ck_number_series_name_length')),
    sa.CheckConstraint('char_length(prefix) <= 64', name=op.f('ck_number_series_prefix_length')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_number_series')),
    sa.UniqueConstraint('company_id', 'name', name=op.f('uq_number_series_company_id_name'))
    )
    op.create_table('outbox_event',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity, 0 for the group.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('event', sa.Text(), nullable=False, comment='Name of the event, in the past tense.'),
    sa.Column('record_type', sa.Text(), nullable=False, comment='Type of the records it happened to.'),
    sa.Column('record_ids', postgresql.ARRAY(sa.Uuid()), nullable=False, comment='The records it happened to.'),
    sa.Column('data', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='What else a watcher needs to know; never a personal value.'),
    sa.Column('work_id', sa.Uuid(), nullable=False, comment='The transaction that wrote it.'),
    sa.Column('position', sa.BigInteger(), nullable=True, comment='Gapless place among all committed events.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(event) <= 64', name=op.f('ck_outbox_event_event_length')),
    sa.CheckConstraint('char_length(record_type) <= 64', name=op.f('ck_outbox_event_record_type_length')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_outbox_event'))
    )
    op.create_index('ix_outbox_event_position', 'outbox_event', ['position'], unique=False, postgresql_where=sa.text('position IS NOT NULL'))
    op.create_index('ix_outbox_event_waiting', 'outbox_event', ['id'], unique=False, postgresql_where=sa.text('position IS NULL'))
    op.create_table('party',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('code', sa.Text(), nullable=False, comment='Short code or account number of the party.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name people know it by.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='Name in Chinese.'),
    sa.Column('legal_name', sa.Text(), nullable=True, comment='Registered name.'),
    sa.Column('legal_name_zh', sa.Text(), nullable=True, comment='Registered name in Chinese.'),
    sa.Column('credit_code', sa.Text(), nullable=True, comment='Unified social credit code, 18 characters, check character mod 31 (GB 32100-2015).'),
    sa.Column('country', sa.Text(), nullable=True, comment='Country of registration or residence.'),
    sa.Column('is_person', sa.Boolean(), server_default='false', nullable=False, comment='Whether the party is a natural person.'),
    sa.Column('is_active', sa.Boolean(), server_default='true', nullable=False, comment='Whether new documents may name the party.'),
    sa.Column('employer_id', sa.Uuid(), nullable=True, comment='The firm for which a person buys or sells.'),
    sa.Column('credit_rating', sa.SmallInteger(), nullable=True, comment='Our judgement of its reliability: 1 superior, 2 excellent, 3 above average, 4 average, 5 below average.'),
    sa.Column('payment_terms', sa.Text(), nullable=True, comment='Code of the payment terms agreed, such as N30.'),
    sa.Column('website', sa.Text(), nullable=True, comment='Address of its web pages or ordering service.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_party_code_length')),
    sa.CheckConstraint('char_length(country) <= 2', name=op.f('ck_party_country_length')),
    sa.CheckConstraint('char_length(credit_code) <= 18', name=op.f('ck_party_credit_code_length')),
    sa.CheckConstraint('char_length(legal_name) <= 400', name=op.f('ck_party_legal_name_length')),
    sa.CheckConstraint('char_length(legal_name_zh) <= 400', name=op.f('ck_party_legal_name_zh_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_party_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_party_name_zh_length')),
    sa.CheckConstraint('char_length(payment_terms) <= 64', name=op.f('ck_party_payment_terms_length')),
    sa.CheckConstraint('char_length(website) <= 400', name=op.f('ck_party_website_length')),
    sa.ForeignKeyConstraint(['employer_id'], ['party.id'], name=op.f('fk_party_employer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_party')),
    sa.UniqueConstraint('code', name=op.f('uq_party_code'))
    )
    op.create_index(op.f('ix_party_code_id'), 'party', ['code', 'id'], unique=False)
    op.create_index(op.f('ix_party_employer_id'), 'party', ['employer_id'], unique=False)
    op.create_index(op.f('ix_party_name_id'), 'party', ['name', 'id'], unique=False)
    op.create_index('ix_party_search', 'party', [sa.literal_column('skein_search(CAST(NULL AS TEXT), code, name, name_zh, legal_name, legal_name_zh, credit_code)')], unique=False, postgresql_using='gin')
    op.create_index('uq_party_credit_code', 'party', ['credit_code'], unique=True, postgresql_where=sa.text('archived_at IS NULL'))
    op.create_table('policy_rule',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('role', sa.Text(), nullable=False, comment='The role or audience.'),
    sa.Column('target', sa.Text(), nullable=False, comment='A module, a field (Type.field) or a command.'),
    sa.Column('tier', sa.Text(), nullable=False, comment='The tier read up to, or *.'),
    sa.Column('action', sa.Text(), nullable=False, comment='READ, an action, or *.'),
    sa.Column('effect', sa.Text(), nullable=False, comment='Whether the rule grants or denies.'),
    sa.Column('origin', sa.Text(), nullable=False, comment='Whether it was shipped or made here.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("effect IN ('ALLOW', 'DENY')", name=op.f('ck_policy_rule_effect_known')),
    sa.CheckConstraint("origin IN ('BASELINE', 'LOCAL')", name=op.f('ck_policy_rule_origin_known')),
    sa.CheckConstraint('char_length(action) <= 64', name=op.f('ck_policy_rule_action_length')),
    sa.CheckConstraint('char_length(role) <= 64', name=op.f('ck_policy_rule_role_length')),
    sa.CheckConstraint('char_length(target) <= 200', name=op.f('ck_policy_rule_target_length')),
    sa.CheckConstraint('char_length(tier) <= 64', name=op.f('ck_policy_rule_tier_length')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_rule'))
    )
    op.create_index('uq_policy_rule_live', 'policy_rule', ['role', 'target', 'tier', 'action', 'effect'], unique=True, postgresql_where=sa.text('archived_at IS NULL'))
    op.create_table('policy_version',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("id = '00000000-0000-7000-8000-000000000001'", name=op.f('ck_policy_version_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_version'))
    )
    op.create_table('qualification_rule',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('country', sa.Text(), nullable=False, comment='The destination.'),
    sa.Column('needs_registration', sa.Boolean(), server_default='true', nullable=False, comment='Whether the item must be registered there.'),
    sa.Column('registration_basis', sa.Text(), nullable=False, comment='The day on which the registration must hold.'),
    sa.Column('needs_licence', sa.Boolean(), server_default='true', nullable=False, comment='Whether the customer must hold a licence whose scope covers the item.'),
    sa.Column('scope_catalogue', sa.Text(), nullable=True, comment="The catalogue edition whose codes a licence's scope uses, such as NMPA-2017."),
    sa.Column('source', sa.Text(), nullable=False, comment='The law and its clause.'),
    sa.Column('valid_from', sa.Date(), nullable=False, comment='First day the rule holds.'),
    sa.Column('valid_to', sa.Date(), nullable=True, comment='Last day; none while it holds.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("registration_basis IN ('MADE', 'SHIPPED', 'ORDERED')", name=op.f('ck_qualification_rule_registration_basis_known')),
    sa.CheckConstraint('char_length(country) <= 2', name=op.f('ck_qualification_rule_country_length')),
    sa.CheckConstraint('char_length(scope_catalogue) <= 64', name=op.f('ck_qualification_rule_scope_catalogue_length')),
    sa.CheckConstraint('char_length(source) <= 400', name=op.f('ck_qualification_rule_source_length')),
    sa.CheckConstraint('valid_to IS NULL OR valid_to >= valid_from', name=op.f('ck_qualification_rule_valid_period')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_qualification_rule')),
    sa.UniqueConstraint('country', 'valid_from', name=op.f('uq_qualification_rule_country_valid_from'))
    )
    op.create_table('role_parent',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('role', sa.Text(), nullable=False, comment='The role.'),
    sa.Column('parent', sa.Text(), nullable=False, comment='The role or audience it inherits.'),
    sa.Column('origin', sa.Text(), nullable=False, comment='Whether it was shipped or made here.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("origin IN ('BASELINE', 'LOCAL')", name=op.f('ck_role_parent_origin_known')),
    sa.CheckConstraint('char_length(parent) <= 64', name=op.f('ck_role_parent_parent_length')),
    sa.CheckConstraint('char_length(role) <= 64', name=op.f('ck_role_parent_role_length')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_parent'))
    )
    op.create_index('uq_role_parent_live', 'role_parent', ['role', 'parent'], unique=True, postgresql_where=sa.text('archived_at IS NULL'))
    op.create_table('sign_in_guard',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('kind', sa.Text(), nullable=False, comment='Whether a name or an address is counted.'),
    sa.Column('subject', sa.Text(), nullable=False, comment='The name that was tried, or the address.'),
    sa.Column('failures', sa.SmallInteger(), server_default=sa.text('0'), nullable=False, comment='Failures in a row, each within the window of the one before.'),
    sa.Column('failed_at', sa.DateTime(timezone=True), nullable=True, comment='When the last one was.'),
    sa.Column('locked_until_at', sa.DateTime(timezone=True), nullable=True, comment='Until when no attempt is looked at.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("kind IN ('ACCOUNT', 'ADDRESS')", name=op.f('ck_sign_in_guard_kind_known')),
    sa.CheckConstraint('char_length(subject) <= 64', name=op.f('ck_sign_in_guard_subject_length')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_guard'))
    )
    op.create_index('uq_sign_in_guard_kind_subject', 'sign_in_guard', ['kind', 'subject'], unique=True)
    op.create_table('signing_key',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('generation', sa.SmallInteger(), nullable=False, comment='Counts the keys.'),
    sa.Column('signs_from_at', sa.DateTime(timezone=True), nullable=False, comment='From when it signs; it is published before, so that everyone knows it by then.'),
    sa.Column('previous_until_at', sa.DateTime(timezone=True), nullable=False, comment='Until when tokens of the generations before are taken, at the latest.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('generation > 1', name=op.f('ck_signing_key_generation_behind_first')),
    sa.CheckConstraint('previous_until_at >= signs_from_at', name=op.f('ck_signing_key_overlap_not_negative')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signing_key'))
    )
    op.create_index('uq_signing_key_generation', 'signing_key', ['generation'], unique=True)
    op.create_table('source_system',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('code', sa.Text(), nullable=False, comment='Short code, such as adventureworks.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name.'),
    sa.Column('cut_over_on', sa.Date(), nullable=True, comment='Day on which its open balances were taken over.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_source_system_code_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_source_system_name_length')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_source_system')),
    sa.UniqueConstraint('code', name=op.f('uq_source_system_code'))
    )
    op.create_index(op.f('ix_source_system_code_id'), 'source_system', ['code', 'id'], unique=False)
    op.create_index(op.f('ix_source_system_name_id'), 'source_system', ['name', 'id'], unique=False)
    op.create_table('storage_condition',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('storage_class', sa.Text(), nullable=False, comment='The storage class.'),
    sa.Column('temperature_min', sa.Numeric(precision=20, scale=6), nullable=False, comment='The lowest temperature allowed.'),
    sa.Column('temperature_max', sa.Numeric(precision=20, scale=6), nullable=False, comment='The highest temperature allowed.'),
    sa.Column('source', sa.Text(), nullable=False, comment='The standard or label that sets them.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("storage_class IN ('AMBIENT', 'COOL', 'REFRIGERATED', 'FROZEN', 'HAZARDOUS')", name=op.f('ck_storage_condition_storage_class_known')),
    sa.CheckConstraint('char_length(source) <= 400', name=op.f('ck_storage_condition_source_length')),
    sa.CheckConstraint('temperature_max >= temperature_min', name=op.f('ck_storage_condition_limits_in_order')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_storage_condition')),
    sa.UniqueConstraint('storage_class', name=op.f('uq_storage_condition_storage_class'))
    )
    op.create_table('unit_of_measure',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('code', sa.Text(), nullable=False, comment='Short code, such as EA or KG.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='Name in Chinese.'),
    sa.Column('dimension', sa.Text(), nullable=False, comment='What the unit measures.'),
    sa.Column('ucum_code', sa.Text(), nullable=True, comment='Code in the Unified Code for Units of Measure, where it has one.'),
    sa.Column('base_factor', sa.Numeric(precision=24, scale=10), nullable=True, comment='Base units of the dimension (kg, m, m2, l, s) in one of it; none for counts, packages and temperatures.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("dimension IN ('COUNT', 'PACKAGE', 'MASS', 'LENGTH', 'AREA', 'VOLUME', 'TIME', 'TEMPERATURE', 'ENERGY', 'OTHER')", name=op.f('ck_unit_of_measure_dimension_known')),
    sa.CheckConstraint('base_factor > 0', name=op.f('ck_unit_of_measure_base_factor_positive')),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_unit_of_measure_code_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_unit_of_measure_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_unit_of_measure_name_zh_length')),
    sa.CheckConstraint('char_length(ucum_code) <= 64', name=op.f('ck_unit_of_measure_ucum_code_length')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unit_of_measure')),
    sa.UniqueConstraint('code', name=op.f('uq_unit_of_measure_code'))
    )
    op.create_index(op.f('ix_unit_of_measure_code_id'), 'unit_of_measure', ['code', 'id'], unique=False)
    op.create_index(op.f('ix_unit_of_measure_name_id'), 'unit_of_measure', ['name', 'id'], unique=False)
    op.create_table('work_calendar',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('code', sa.Text(), nullable=False, comment='Short code of the calendar.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='Name in Chinese.'),
    sa.Column('time_zone', sa.Text(), nullable=False, comment='IANA time zone, such as Asia/Shanghai.'),
    sa.Column('country', sa.Text(), nullable=True, comment='Country whose public holidays it follows.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_work_calendar_code_length')),
    sa.CheckConstraint('char_length(country) <= 2', name=op.f('ck_work_calendar_country_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_work_calendar_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_work_calendar_name_zh_length')),
    sa.CheckConstraint('char_length(time_zone) <= 64', name=op.f('ck_work_calendar_time_zone_length')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_work_calendar')),
    sa.UniqueConstraint('code', name=op.f('uq_work_calendar_code'))
    )
    op.create_index(op.f('ix_work_calendar_code_id'), 'work_calendar', ['code', 'id'], unique=False)
    op.create_index(op.f('ix_work_calendar_name_id'), 'work_calendar', ['name', 'id'], unique=False)
    op.create_table('account',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('code', sa.Text(), nullable=False, comment="Number of the account in the company's chart."),
    sa.Column('name', sa.Text(), nullable=False, comment='Name of the account.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='Chinese name of the account.'),
    sa.Column('kind', sa.Text(), nullable=False, comment='Asset, liability, equity, income or expense.'),
    sa.Column('role', sa.Text(), nullable=True, comment='What automatic postings use the account for.'),
    sa.Column('is_monetary', sa.Boolean(), server_default='false', nullable=False, comment='Whether it holds money, or claims to it, that period ends value at the closing rate.'),
    sa.Column('bank_account_number', sa.Text(), nullable=True, comment='IBAN or national number of the bank account it stands for.'),
    sa.Column('bank_code', sa.Text(), nullable=True, comment='BIC or CNAPS code of the bank.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("kind IN ('ASSET', 'LIABILITY', 'EQUITY', 'INCOME', 'EXPENSE')", name=op.f('ck_account_kind_known')),
    sa.CheckConstraint("role IN ('STOCK', 'GR_IR', 'PURCHASE_PRICE_VARIANCE', 'STOCK_REVALUATION', 'STOCK_ADJUSTMENT', 'OPENING_BALANCE', 'MIGRATION_DIFFERENCE', 'ROUNDING', 'COST_OF_SALES', 'WORK_IN_PROCESS', 'SCRAP', 'LANDED_COST', 'RECEIVABLE', 'PAYABLE', 'TAX_INPUT', 'TAX_OUTPUT', 'BANK', 'REVENUE', 'EXCHANGE_DIFFERENCE', 'RETAINED_EARNINGS', 'CUSTOMER_PREPAYMENT', 'SUPPLIER_PREPAYMENT', 'TAX_LEVY', 'TAX_WITHHELD_BY_CUSTOMERS', 'TAX_WITHHELD_FROM_SUPPLIERS', 'DISCOUNT_GIVEN', 'DISCOUNT_TAKEN', 'PAYMENT_DIFFERENCE')", name=op.f('ck_account_role_known')),
    sa.CheckConstraint('char_length(bank_account_number) <= 64', name=op.f('ck_account_bank_account_number_length')),
    sa.CheckConstraint('char_length(bank_code) <= 64', name=op.f('ck_account_bank_code_length')),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_account_code_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_account_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_account_name_zh_length')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_account_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_account')),
    sa.UniqueConstraint('company_id', 'code', name=op.f('uq_account_company_id_code'))
    )
    op.create_index(op.f('ix_account_company_id_code_id'), 'account', ['company_id', 'code', 'id'], unique=False)
    op.create_index('uq_account_role', 'account', ['company_id', 'role'], unique=True, postgresql_where=sa.text('role IS NOT NULL'))
    op.create_table('account_turnover',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('account_id', sa.Uuid(), nullable=False, comment='The account.'),
    sa.Column('currency', sa.Text(), nullable=False, comment='Currency of the transactions summed.'),
    sa.Column('grain', sa.Text(), nullable=False, comment='The span that is covered.'),
    sa.Column('starts_on', sa.Date(), nullable=False, comment='First day of the span.'),
    sa.Column('is_folded', sa.Boolean(), server_default='false', nullable=False, comment="Whether the job has made one row of the key's rows; a posting appends false."),
    sa.Column('group_currency', sa.Text(), nullable=False, comment="Currency of the group's books when it was posted."),
    sa.Column('is_closing', sa.Boolean(), server_default='false', nullable=False, comment='Whether the vouchers close a year: profit and loss leaves them out.'),
    sa.Column('debit', sa.Numeric(precision=20, scale=6), nullable=False, comment="Debits in the company's currency."),
    sa.Column('credit', sa.Numeric(precision=20, scale=6), nullable=False, comment="Credits in the company's currency, as a positive amount."),
    sa.Column('transaction_debit', sa.Numeric(precision=20, scale=6), nullable=False, comment='Debits in the currency of the transactions.'),
    sa.Column('transaction_credit', sa.Numeric(precision=20, scale=6), nullable=False, comment='Credits in the currency of the transactions, as a positive amount.'),
    sa.Column('group_debit', sa.Numeric(precision=20, scale=6), nullable=False, comment="Debits in the group's currency."),
    sa.Column('group_credit', sa.Numeric(precision=20, scale=6), nullable=False, comment="Credits in the group's currency, as a positive amount."),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("grain IN ('DAY', 'MONTH')", name=op.f('ck_account_turnover_grain_known')),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_account_turnover_currency_length')),
    sa.CheckConstraint('char_length(group_currency) <= 3', name=op.f('ck_account_turnover_group_currency_length')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_account_turnover_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_account_turnover'))
    )
    op.create_index('ix_account_turnover_account', 'account_turnover', ['company_id', 'account_id', 'grain', 'starts_on'], unique=False)
    op.create_index('ix_account_turnover_fresh', 'account_turnover', ['company_id'], unique=False, postgresql_where=sa.text('NOT is_folded'))
    op.create_index('ix_account_turnover_span', 'account_turnover', ['company_id', 'grain', 'starts_on'], unique=False)
    op.create_table('address',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('party_id', sa.Uuid(), nullable=True, comment='Whose address it is; none for our own sites.'),
    sa.Column('kind', sa.Text(), nullable=False, comment='What it is used for.'),
    sa.Column('line_1', sa.Text(), nullable=False, comment='Street and number.'),
    sa.Column('line_2', sa.Text(), nullable=True, comment='Building, floor, unit.'),
    sa.Column('city', sa.Text(), nullable=False, comment='City.'),
    sa.Column('region', sa.Text(), nullable=True, comment='State or province.'),
    sa.Column('region_code', sa.Text(), nullable=True, comment='Code of the state or province.'),
    sa.Column('postal_code', sa.Text(), nullable=True, comment='Postal code.'),
    sa.Column('country', sa.Text(), nullable=False, comment='Country.'),
    sa.Column('is_active', sa.Boolean(), server_default='true', nullable=False, comment='Whether new documents may use it.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("kind IN ('REGISTERED', 'MAIN_OFFICE', 'BILLING', 'SHIPPING', 'HOME', 'ARCHIVE')", name=op.f('ck_address_kind_known')),
    sa.CheckConstraint('char_length(city) <= 400', name=op.f('ck_address_city_length')),
    sa.CheckConstraint('char_length(country) <= 2', name=op.f('ck_address_country_length')),
    sa.CheckConstraint('char_length(line_1) <= 400', name=op.f('ck_address_line_1_length')),
    sa.CheckConstraint('char_length(line_2) <= 400', name=op.f('ck_address_line_2_length')),
    sa.CheckConstraint('char_length(postal_code) <= 64', name=op.f('ck_address_postal_code_length')),
    sa.CheckConstraint('char_length(region) <= 400', name=op.f('ck_address_region_length')),
    sa.CheckConstraint('char_length(region_code) <= 16', name=op.f('ck_address_region_code_length')),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('fk_address_party_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_address'))
    )
    op.create_index(op.f('ix_address_city_id'), 'address', ['city', 'id'], unique=False)
    op.create_index(op.f('ix_address_party_id'), 'address', ['party_id'], unique=False)
    op.create_table('approval_limit',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('role', sa.Text(), nullable=False, comment='The role the limit holds for.'),
    sa.Column('currency', sa.Text(), nullable=False, comment='Currency of the limit.'),
    sa.Column('item_type', sa.Text(), nullable=True, comment='Class of items it holds for; all without a limit of their own where there is none.'),
    sa.Column('amount', sa.Numeric(precision=20, scale=6), nullable=False, comment='Largest total the role may approve.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("item_type IN ('DEVICE', 'COMPONENT', 'RAW_MATERIAL', 'CONSUMABLE', 'SPARE_PART', 'SERVICE', 'SOFTWARE', 'KIT', 'FINISHED_GOOD')", name=op.f('ck_approval_limit_item_type_known')),
    sa.CheckConstraint('amount >= 0', name=op.f('ck_approval_limit_amount_not_negative')),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_approval_limit_currency_length')),
    sa.CheckConstraint('char_length(role) <= 64', name=op.f('ck_approval_limit_role_length')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_approval_limit_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_approval_limit')),
    sa.UniqueConstraint('company_id', 'role', 'currency', 'item_type', name=op.f('uq_approval_limit_company_id_role_currency_item_type'), postgresql_nulls_not_distinct=True)
    )
    op.create_table('bank_account',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('party_id', sa.Uuid(), nullable=False, comment='Whose account it is.'),
    sa.Column('account_number', sa.Text(), nullable=False, comment='IBAN or national account number.'),
    sa.Column('bank_code', sa.Text(), nullable=True, comment='BIC or CNAPS code.'),
    sa.Column('bank_name', sa.Text(), nullable=True, comment='Name of the bank.'),
    sa.Column('currency', sa.Text(), nullable=False, comment='Currency of the account.'),
    sa.Column('is_approved', sa.Boolean(), server_default='false', nullable=False, comment='Whether payments to it are approved.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('char_length(account_number) <= 64', name=op.f('ck_bank_account_account_number_length')),
    sa.CheckConstraint('char_length(bank_code) <= 64', name=op.f('ck_bank_account_bank_code_length')),
    sa.CheckConstraint('char_length(bank_name) <= 400', name=op.f('ck_bank_account_bank_name_length')),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_bank_account_currency_length')),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('fk_bank_account_party_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bank_account')),
    sa.UniqueConstraint('party_id', 'account_number', name=op.f('uq_bank_account_party_id_account_number'))
    )
    op.create_index(op.f('ix_bank_account_party_id'), 'bank_account', ['party_id'], unique=False)
    op.create_table('budget',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('code', sa.Text(), nullable=False, comment='Short code of the budget.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name of the budget.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='Chinese name of the budget.'),
    sa.Column('starts_on', sa.Date(), nullable=False, comment='First day that it is for.'),
    sa.Column('ends_on', sa.Date(), nullable=False, comment='Last day that it is for.'),
    sa.Column('control', sa.Text(), nullable=False, comment='What happens when more would be spent.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("control IN ('STOP', 'WARN')", name=op.f('ck_budget_control_known')),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_budget_code_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_budget_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_budget_name_zh_length')),
    sa.CheckConstraint('ends_on >= starts_on', name=op.f('ck_budget_span_positive')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_budget_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_budget')),
    sa.UniqueConstraint('company_id', 'code', name=op.f('uq_budget_company_id_code'))
    )
    op.create_index(op.f('ix_budget_company_id_code_id'), 'budget', ['company_id', 'code', 'id'], unique=False)
    op.create_table('code_value',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('list_id', sa.Uuid(), nullable=False, comment='The list.'),
    sa.Column('code', sa.Text(), nullable=False, comment='The code.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Text of the code.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='Text in Chinese.'),
    sa.Column('definition', sa.Text(), nullable=True, comment='What the code covers.'),
    sa.Column('parent_id', sa.Uuid(), nullable=True, comment='The broader code, in lists that are trees.'),
    sa.Column('device_class', sa.Text(), nullable=True, comment='Risk class that the list assigns, such as 2 for an FDA product code.'),
    sa.Column('is_active', sa.Boolean(), server_default='true', nullable=False, comment='Whether the owner still allows the code.'),
    sa.Column('valid_from', sa.Date(), nullable=False, comment='First day of this text.'),
    sa.Column('valid_to', sa.Date(), nullable=True, comment='Last day of this text.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_code_value_code_length')),
    sa.CheckConstraint('char_length(definition) <= 8000', name=op.f('ck_code_value_definition_length')),
    sa.CheckConstraint('char_length(device_class) <= 16', name=op.f('ck_code_value_device_class_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_code_value_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_code_value_name_zh_length')),
    sa.CheckConstraint('valid_to IS NULL OR valid_to >= valid_from', name=op.f('ck_code_value_valid_period')),
    sa.ForeignKeyConstraint(['list_id'], ['code_list.id'], name=op.f('fk_code_value_list_id')),
    sa.ForeignKeyConstraint(['parent_id'], ['code_value.id'], name=op.f('fk_code_value_parent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_code_value')),
    sa.UniqueConstraint('list_id', 'code', 'valid_from', name=op.f('uq_code_value_list_id_code_valid_from'))
    )
    op.create_index(op.f('ix_code_value_code_id'), 'code_value', ['code', 'id'], unique=False)
    op.create_index(op.f('ix_code_value_list_id'), 'code_value', ['list_id'], unique=False)
    op.create_index(op.f('ix_code_value_name_id'), 'code_value', ['name', 'id'], unique=False)
    op.create_index(op.f('ix_code_value_parent_id'), 'code_value', ['parent_id'], unique=False)
    op.create_index('ix_code_value_search', 'code_value', [sa.literal_column('skein_search(CAST(NULL AS TEXT), code, name, name_zh)')], unique=False, postgresql_using='gin')
    op.create_table('consolidation_run',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the run.'),
    sa.Column('starts_on', sa.Date(), nullable=False, comment='First day of the span of income and expense.'),
    sa.Column('ends_on', sa.Date(), nullable=False, comment='Last day of the span, at whose end balances are.'),
    sa.Column('currency', sa.Text(), nullable=False, comment='Currency of the group.'),
    sa.Column('edition', sa.SmallInteger(), nullable=False, comment='How often the span was run, this time included.'),
    sa.Column('status', sa.Text(), nullable=False, comment='Whether it is the last run of its span.'),
    sa.Column('replaces_id', sa.Uuid(), nullable=True, comment='The run of the same span that it replaced.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("status IN ('CURRENT', 'REPLACED', 'WITHDRAWN')", name=op.f('ck_consolidation_run_status_known')),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_consolidation_run_currency_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_consolidation_run_number_length')),
    sa.CheckConstraint('ends_on >= starts_on', name=op.f('ck_consolidation_run_span_positive')),
    sa.ForeignKeyConstraint(['company_id', 'replaces_id'], ['consolidation_run.company_id', 'consolidation_run.id'], name=op.f('fk_consolidation_run_company_id_replaces_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_consolidation_run_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_consolidation_run')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_consolidation_run_company_id_number')),
    sa.UniqueConstraint('company_id', 'starts_on', 'ends_on', 'edition', name=op.f('uq_consolidation_run_company_id_starts_on_ends_on_edition'))
    )
    op.create_index(op.f('ix_consolidation_run_company_id_ends_on_id'), 'consolidation_run', ['company_id', 'ends_on', 'id'], unique=False)
    op.create_index(op.f('ix_consolidation_run_company_id_number_id'), 'consolidation_run', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_consolidation_run_company_id_replaces_id'), 'consolidation_run', ['company_id', 'replaces_id'], unique=False)
    op.create_index('uq_consolidation_run_current', 'consolidation_run', ['company_id', 'starts_on', 'ends_on'], unique=True, postgresql_where=sa.text("status = 'CURRENT'"))
    op.create_table('cost_centre',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('code', sa.Text(), nullable=False, comment='Short code of the cost centre.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name of the cost centre.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='Chinese name of the cost centre.'),
    sa.Column('parent_id', sa.Uuid(), nullable=True, comment='The cost centre it is part of.'),
    sa.Column('is_active', sa.Boolean(), server_default='true', nullable=False, comment='Whether new lines may name it.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_cost_centre_code_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_cost_centre_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_cost_centre_name_zh_length')),
    sa.ForeignKeyConstraint(['company_id', 'parent_id'], ['cost_centre.company_id', 'cost_centre.id'], name=op.f('fk_cost_centre_company_id_parent_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_cost_centre_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_cost_centre')),
    sa.UniqueConstraint('company_id', 'code', name=op.f('uq_cost_centre_company_id_code'))
    )
    op.create_index(op.f('ix_cost_centre_company_id_code_id'), 'cost_centre', ['company_id', 'code', 'id'], unique=False)
    op.create_index(op.f('ix_cost_centre_company_id_parent_id'), 'cost_centre', ['company_id', 'parent_id'], unique=False)
    op.create_table('department',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('code', sa.Text(), nullable=False, comment='Short code of the department.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='Name in Chinese.'),
    sa.Column('parent_id', sa.Uuid(), nullable=True, comment='The unit above it.'),
    sa.Column('group_name', sa.Text(), nullable=True, comment='Group of departments it is reported in.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_department_code_length')),
    sa.CheckConstraint('char_length(group_name) <= 400', name=op.f('ck_department_group_name_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_department_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_department_name_zh_length')),
    sa.ForeignKeyConstraint(['company_id', 'parent_id'], ['department.company_id', 'department.id'], name=op.f('fk_department_company_id_parent_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_department_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_department')),
    sa.UniqueConstraint('company_id', 'code', name=op.f('uq_department_company_id_code'))
    )
    op.create_index(op.f('ix_department_company_id_code_id'), 'department', ['company_id', 'code', 'id'], unique=False)
    op.create_index(op.f('ix_department_company_id_name_id'), 'department', ['company_id', 'name', 'id'], unique=False)
    op.create_index(op.f('ix_department_company_id_parent_id'), 'department', ['company_id', 'parent_id'], unique=False)
    op.create_table('dunning_level',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('level', sa.SmallInteger(), nullable=False, comment='1 for the first time.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name of the level, such as Reminder.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='Chinese name of the level.'),
    sa.Column('days_overdue', sa.SmallInteger(), nullable=False, comment='Days after the due day.'),
    sa.Column('days_between', sa.SmallInteger(), server_default='0', nullable=False, comment='Days since payment was asked for before.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_dunning_level_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_dunning_level_name_zh_length')),
    sa.CheckConstraint('days_overdue >= 0 AND days_between >= 0', name=op.f('ck_dunning_level_days_not_negative')),
    sa.CheckConstraint('level BETWEEN 1 AND 9', name=op.f('ck_dunning_level_level_known')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_dunning_level_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_dunning_level')),
    sa.UniqueConstraint('company_id', 'level', name=op.f('uq_dunning_level_company_id_level'))
    )
    op.create_table('dunning_notice',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the notice.'),
    sa.Column('party_id', sa.Uuid(), nullable=False, comment='Who is asked.'),
    sa.Column('dunned_on', sa.Date(), nullable=False, comment='Day of the notice.'),
    sa.Column('level', sa.SmallInteger(), nullable=False, comment='Highest level of its lines.'),
    sa.Column('currency', sa.Text(), nullable=False, comment='Currency of what is asked for.'),
    sa.Column('total', sa.Numeric(precision=20, scale=6), nullable=False, comment='What is asked for.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_dunning_notice_currency_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_dunning_notice_number_length')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_dunning_notice_company_id')),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('fk_dunning_notice_party_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_dunning_notice')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_dunning_notice_company_id_number'))
    )
    op.create_index(op.f('ix_dunning_notice_company_id_dunned_on_id'), 'dunning_notice', ['company_id', 'dunned_on', 'id'], unique=False)
    op.create_index(op.f('ix_dunning_notice_company_id_number_id'), 'dunning_notice', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_dunning_notice_company_id_party_id'), 'dunning_notice', ['company_id', 'party_id'], unique=False)
    op.create_table('fiscal_period',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('sub_ledger', sa.Text(), nullable=False, comment='The ledger that the period opens or closes.'),
    sa.Column('code', sa.Text(), nullable=False, comment='Name of the period, such as 2026-11.'),
    sa.Column('starts_on', sa.Date(), nullable=False, comment='First day of the period.'),
    sa.Column('ends_on', sa.Date(), nullable=False, comment='Last day of the period.'),
    sa.Column('state', sa.Text(), server_default='OPEN', nullable=False, comment='Whether the period takes postings.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("state IN ('OPEN', 'SOFT', 'HARD')", name=op.f('ck_fiscal_period_state_known')),
    sa.CheckConstraint("sub_ledger IN ('GENERAL', 'STOCK', 'PAYABLES', 'RECEIVABLES')", name=op.f('ck_fiscal_period_sub_ledger_known')),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_fiscal_period_code_length')),
    sa.CheckConstraint('ends_on >= starts_on', name=op.f('ck_fiscal_period_span_positive')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_fiscal_period_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_fiscal_period')),
    sa.UniqueConstraint('company_id', 'sub_ledger', 'code', name=op.f('uq_fiscal_period_company_id_sub_ledger_code')),
    sa.UniqueConstraint('company_id', 'sub_ledger', 'starts_on', name=op.f('uq_fiscal_period_company_id_sub_ledger_starts_on'))
    )
    op.create_index(op.f('ix_fiscal_period_company_id_starts_on_id'), 'fiscal_period', ['company_id', 'starts_on', 'id'], unique=False)
    op.create_table('group_member',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('member_id', sa.Uuid(), nullable=False, comment='The company.'),
    sa.Column('party_id', sa.Uuid(), nullable=True, comment='The customer or supplier that the company is in the books of the others.'),
    sa.Column('percent', sa.Numeric(precision=24, scale=10), nullable=False, comment="The group's share of the company, in percent."),
    sa.Column('valid_from', sa.Date(), nullable=False, comment='First day of the share.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('percent > 0 AND percent <= 100', name=op.f('ck_group_member_percent_is_a_share')),
    sa.ForeignKeyConstraint(['member_id'], ['company.id'], name=op.f('fk_group_member_member_id')),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('fk_group_member_party_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_group_member')),
    sa.UniqueConstraint('member_id', 'valid_from', name=op.f('uq_group_member_member_id_valid_from'))
    )
    op.create_index(op.f('ix_group_member_member_id'), 'group_member', ['member_id'], unique=False)
    op.create_index(op.f('ix_group_member_party_id'), 'group_member', ['party_id'], unique=False)
    op.create_index(op.f('ix_group_member_valid_from_id'), 'group_member', ['valid_from', 'id'], unique=False)
    op.create_table('import_run',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity, 0 for the group.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('source_system_id', sa.Uuid(), nullable=False, comment='The system imported from.'),
    sa.Column('status', sa.Text(), nullable=False, comment='How the run stands.'),
    sa.Column('is_dry_run', sa.Boolean(), nullable=False, comment='Whether nothing was to be kept.'),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False, comment='When it began.'),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True, comment='When it ended.'),
    sa.Column('input_digest', sa.Text(), nullable=False, comment='SHA-256 over names and contents of the files read.'),
    sa.Column('rows_read', sa.Integer(), server_default='0', nullable=False, comment='Source rows read.'),
    sa.Column('created_count', sa.Integer(), server_default='0', nullable=False, comment='Records created.'),
    sa.Column('updated_count', sa.Integer(), server_default='0', nullable=False, comment='Records updated.'),
    sa.Column('unchanged_count', sa.Integer(), server_default='0', nullable=False, comment='Source rows whose records were there already, unchanged.'),
    sa.Column('refused_count', sa.Integer(), server_default='0', nullable=False, comment='Source rows refused.'),
    sa.Column('report', sa.Text(), nullable=True, comment='What the run found, in words: tables without a home, derived values that differ.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("status IN ('RUNNING', 'SUCCEEDED', 'REFUSED', 'INTERRUPTED')", name=op.f('ck_import_run_status_known')),
    sa.CheckConstraint('char_length(input_digest) <= 64', name=op.f('ck_import_run_input_digest_length')),
    sa.CheckConstraint('char_length(report) <= 8000', name=op.f('ck_import_run_report_length')),
    sa.ForeignKeyConstraint(['source_system_id'], ['source_system.id'], name=op.f('fk_import_run_source_system_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_import_run'))
    )
    op.create_index(op.f('ix_import_run_company_id_source_system_id'), 'import_run', ['company_id', 'source_system_id'], unique=False)
    op.create_index(op.f('ix_import_run_company_id_started_at_id'), 'import_run', ['company_id', 'started_at', 'id'], unique=False)
    op.create_table('item',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('code', sa.Text(), nullable=False, comment='Code of the item, unique in the group.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='Name in Chinese.'),
    sa.Column('description', sa.Text(), nullable=True, comment='What it is, in more words.'),
    sa.Column('kind', sa.Text(), nullable=False, comment='What kind of thing it is.'),
    sa.Column('status', sa.Text(), nullable=False, comment="Where it stands in the steward's hands."),
    sa.Column('unit_id', sa.Uuid(), nullable=False, comment='The unit its stock is counted in.'),
    sa.Column('category_id', sa.Uuid(), nullable=True, comment='Its place in the category tree.'),
    sa.Column('manufacturer_id', sa.Uuid(), nullable=True, comment='Who makes or labels it; none if we do.'),
    sa.Column('make_or_buy', sa.Text(), nullable=False, comment='Whether we make it or buy it.'),
    sa.Column('lot_policy', sa.Text(), server_default='NONE', nullable=False, comment='How exactly it is traced.'),
    sa.Column('shelf_life_days', sa.Integer(), nullable=True, comment='Days from making to expiry.'),
    sa.Column('storage_class', sa.Text(), server_default='AMBIENT', nullable=False, comment='In which conditions it is kept.'),
    sa.Column('device_class', sa.Text(), server_default='NOT_A_DEVICE', nullable=False, comment='Risk class as a medical device.'),
    sa.Column('is_sold', sa.Boolean(), server_default='false', nullable=False, comment='Whether customers can buy it.'),
    sa.Column('colour', sa.Text(), nullable=True, comment='Colour.'),
    sa.Column('size', sa.Text(), nullable=True, comment='Size, as labelled.'),
    sa.Column('size_unit_id', sa.Uuid(), nullable=True, comment='Unit of the size.'),
    sa.Column('weight', sa.Numeric(precision=20, scale=6), nullable=True, comment='Weight of one.'),
    sa.Column('weight_unit_id', sa.Uuid(), nullable=True, comment='Unit of the weight.'),
    sa.Column('volume', sa.Numeric(precision=20, scale=6), nullable=True, comment='Volume of one.'),
    sa.Column('volume_unit_id', sa.Uuid(), nullable=True, comment='Unit of the volume.'),
    sa.Column('product_line', sa.Text(), nullable=True, comment='Product line it belongs to.'),
    sa.Column('grade', sa.Text(), nullable=True, comment='Grade within its line, such as H for high.'),
    sa.Column('style', sa.Text(), nullable=True, comment='Whom it is styled for, such as W for women.'),
    sa.Column('model', sa.Text(), nullable=True, comment='Name or number of the model.'),
    sa.Column('sold_from', sa.Date(), nullable=True, comment='First day of sale.'),
    sa.Column('sold_to', sa.Date(), nullable=True, comment='Last day of sale.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("device_class IN ('NOT_A_DEVICE', 'CLASS_I', 'CLASS_IIA', 'CLASS_II', 'CLASS_IIB', 'CLASS_III', 'UNCLASSIFIED')", name=op.f('ck_item_device_class_known')),
    sa.CheckConstraint("kind IN ('DEVICE', 'COMPONENT', 'RAW_MATERIAL', 'CONSUMABLE', 'SPARE_PART', 'SERVICE', 'SOFTWARE', 'KIT', 'FINISHED_GOOD')", name=op.f('ck_item_kind_known')),
    sa.CheckConstraint("lot_policy IN ('NONE', 'LOT', 'SERIAL', 'LOT_AND_SERIAL')", name=op.f('ck_item_lot_policy_known')),
    sa.CheckConstraint("make_or_buy IN ('MAKE', 'BUY')", name=op.f('ck_item_make_or_buy_known')),
    sa.CheckConstraint("status IN ('DRAFT', 'REVIEW', 'ACTIVE', 'RETIRED')", name=op.f('ck_item_status_known')),
    sa.CheckConstraint("storage_class IN ('AMBIENT', 'COOL', 'REFRIGERATED', 'FROZEN', 'HAZARDOUS')", name=op.f('ck_item_storage_class_known')),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_item_code_length')),
    sa.CheckConstraint('char_length(colour) <= 400', name=op.f('ck_item_colour_length')),
    sa.CheckConstraint('char_length(description) <= 8000', name=op.f('ck_item_description_length')),
    sa.CheckConstraint('char_length(grade) <= 64', name=op.f('ck_item_grade_length')),
    sa.CheckConstraint('char_length(model) <= 400', name=op.f('ck_item_model_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_item_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_item_name_zh_length')),
    sa.CheckConstraint('char_length(product_line) <= 64', name=op.f('ck_item_product_line_length')),
    sa.CheckConstraint('char_length(size) <= 400', name=op.f('ck_item_size_length')),
    sa.CheckConstraint('char_length(style) <= 64', name=op.f('ck_item_style_length')),
    sa.CheckConstraint('shelf_life_days > 0', name=op.f('ck_item_shelf_life_positive')),
    sa.ForeignKeyConstraint(['category_id'], ['item_category.id'], name=op.f('fk_item_category_id')),
    sa.ForeignKeyConstraint(['manufacturer_id'], ['party.id'], name=op.f('fk_item_manufacturer_id')),
    sa.ForeignKeyConstraint(['size_unit_id'], ['unit_of_measure.id'], name=op.f('fk_item_size_unit_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit_of_measure.id'], name=op.f('fk_item_unit_id')),
    sa.ForeignKeyConstraint(['volume_unit_id'], ['unit_of_measure.id'], name=op.f('fk_item_volume_unit_id')),
    sa.ForeignKeyConstraint(['weight_unit_id'], ['unit_of_measure.id'], name=op.f('fk_item_weight_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item')),
    sa.UniqueConstraint('code', name=op.f('uq_item_code'))
    )
    op.create_index(op.f('ix_item_category_id'), 'item', ['category_id'], unique=False)
    op.create_index(op.f('ix_item_code_id'), 'item', ['code', 'id'], unique=False)
    op.create_index(op.f('ix_item_manufacturer_id'), 'item', ['manufacturer_id'], unique=False)
    op.create_index(op.f('ix_item_name_id'), 'item', ['name', 'id'], unique=False)
    op.create_index('ix_item_search', 'item', [sa.literal_column('skein_search(description, code, name, name_zh, model)')], unique=False, postgresql_using='gin')
    op.create_index(op.f('ix_item_size_unit_id'), 'item', ['size_unit_id'], unique=False)
    op.create_index(op.f('ix_item_unit_id'), 'item', ['unit_id'], unique=False)
    op.create_index(op.f('ix_item_volume_unit_id'), 'item', ['volume_unit_id'], unique=False)
    op.create_index(op.f('ix_item_weight_unit_id'), 'item', ['weight_unit_id'], unique=False)
    op.create_table('landed_cost',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the document.'),
    sa.Column('basis', sa.Text(), nullable=False, comment='By what the cost is shared.'),
    sa.Column('supplier_id', sa.Uuid(), nullable=True, comment='Who charges the cost.'),
    sa.Column('invoice_number', sa.Text(), nullable=True, comment="The supplier's invoice that the cost stands on."),
    sa.Column('amount', sa.Numeric(precision=20, scale=6), nullable=False, comment='The cost in the currency it is charged in; negative where it takes back another.'),
    sa.Column('currency', sa.Text(), nullable=False, comment='Currency of the cost.'),
    sa.Column('rate', sa.Numeric(precision=24, scale=10), nullable=False, comment="Units of the company's currency for one of the cost's."),
    sa.Column('occurred_on', sa.Date(), nullable=False, comment='The day the cost counts from.'),
    sa.Column('posting_id', sa.Uuid(), nullable=False, comment='What the document shares with its layers and voucher.'),
    sa.Column('reverses_id', sa.Uuid(), nullable=True, comment='The document that this one takes back.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("basis IN ('EQUAL', 'QUANTITY', 'WEIGHT', 'VOLUME', 'VALUE')", name=op.f('ck_landed_cost_basis_known')),
    sa.CheckConstraint('amount <> 0', name=op.f('ck_landed_cost_amount_moves')),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_landed_cost_currency_length')),
    sa.CheckConstraint('char_length(invoice_number) <= 64', name=op.f('ck_landed_cost_invoice_number_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_landed_cost_number_length')),
    sa.ForeignKeyConstraint(['company_id', 'reverses_id'], ['landed_cost.company_id', 'landed_cost.id'], name=op.f('fk_landed_cost_company_id_reverses_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_landed_cost_company_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['party.id'], name=op.f('fk_landed_cost_supplier_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_landed_cost')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_landed_cost_company_id_number'))
    )
    op.create_index(op.f('ix_landed_cost_company_id_number_id'), 'landed_cost', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_landed_cost_company_id_occurred_on_id'), 'landed_cost', ['company_id', 'occurred_on', 'id'], unique=False)
    op.create_index(op.f('ix_landed_cost_company_id_reverses_id'), 'landed_cost', ['company_id', 'reverses_id'], unique=False)
    op.create_index(op.f('ix_landed_cost_company_id_supplier_id'), 'landed_cost', ['company_id', 'supplier_id'], unique=False)
    op.create_table('legacy_key',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity, 0 for the group.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('source_system_id', sa.Uuid(), nullable=False, comment='The system.'),
    sa.Column('record_type', sa.Text(), nullable=False, comment='Table of the record, such as purchase_order.'),
    sa.Column('key', sa.Text(), nullable=False, comment="Primary key in the source, as text; parts joined with ':'."),
    sa.Column('record_id', sa.Uuid(), nullable=False, comment='The record.'),
    sa.Column('source_table', sa.Text(), nullable=False, comment='Table or file in the source.'),
    sa.Column('digest', sa.BigInteger(), nullable=True, comment='Digest of the source row as last imported; a re-run skips rows whose digest is the same.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(key) <= 200', name=op.f('ck_legacy_key_key_length')),
    sa.CheckConstraint('char_length(record_type) <= 64', name=op.f('ck_legacy_key_record_type_length')),
    sa.CheckConstraint('char_length(source_table) <= 64', name=op.f('ck_legacy_key_source_table_length')),
    sa.ForeignKeyConstraint(['source_system_id'], ['source_system.id'], name=op.f('fk_legacy_key_source_system_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_legacy_key')),
    sa.UniqueConstraint('company_id', 'source_system_id', 'record_type', 'key', name=op.f('uq_legacy_key_company_id_source_system_id_record_type_key'))
    )
    op.create_index(op.f('ix_legacy_key_company_id_source_system_id'), 'legacy_key', ['company_id', 'source_system_id'], unique=False)
    op.create_index('ix_legacy_key_record', 'legacy_key', ['company_id', 'record_type', 'record_id'], unique=False)
    op.create_table('licence',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('party_id', sa.Uuid(), nullable=False, comment='Who holds it.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the licence.'),
    sa.Column('kind', sa.Text(), nullable=False, comment='Kind of permit, such as DEVICE_DISTRIBUTION.'),
    sa.Column('authority', sa.Text(), nullable=False, comment='Who issued it.'),
    sa.Column('scope_catalogue', sa.Text(), nullable=True, comment='Catalogue and its edition that the scope codes belong to, such as NMPA-2002.'),
    sa.Column('scope_codes', postgresql.ARRAY(sa.Text()), server_default='{}', nullable=False, comment='Codes of the device categories it covers.'),
    sa.Column('territory', sa.Text(), nullable=True, comment='Where it holds.'),
    sa.Column('valid_from', sa.Date(), nullable=False, comment='First day.'),
    sa.Column('valid_to', sa.Date(), nullable=False, comment='Last day.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('char_length(authority) <= 400', name=op.f('ck_licence_authority_length')),
    sa.CheckConstraint('char_length(kind) <= 64', name=op.f('ck_licence_kind_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_licence_number_length')),
    sa.CheckConstraint('char_length(scope_catalogue) <= 64', name=op.f('ck_licence_scope_catalogue_length')),
    sa.CheckConstraint('char_length(territory) <= 400', name=op.f('ck_licence_territory_length')),
    sa.CheckConstraint('valid_to >= valid_from', name=op.f('ck_licence_valid_period')),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('fk_licence_party_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_licence')),
    sa.UniqueConstraint('number', name=op.f('uq_licence_number'))
    )
    op.create_index(op.f('ix_licence_number_id'), 'licence', ['number', 'id'], unique=False)
    op.create_index(op.f('ix_licence_party_id'), 'licence', ['party_id'], unique=False)
    op.create_index(op.f('ix_licence_valid_to_id'), 'licence', ['valid_to', 'id'], unique=False)
    op.create_table('match_tolerance',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('quantity_percent', sa.Numeric(precision=24, scale=10), server_default='0', nullable=False, comment='How much more than was accepted may be invoiced, in percent of it.'),
    sa.Column('price_percent', sa.Numeric(precision=24, scale=10), server_default='0', nullable=False, comment="How far a price may be from the order's, in percent of it."),
    sa.Column('price_amount', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='How much the price of a line may be off in all; both limits must hold.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('quantity_percent >= 0 AND price_percent >= 0 AND price_amount >= 0', name=op.f('ck_match_tolerance_tolerances_not_negative')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_match_tolerance_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_match_tolerance')),
    sa.UniqueConstraint('company_id', name=op.f('uq_match_tolerance_company_id'))
    )
    op.create_table('package_numbering',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('gs1_prefix', sa.Text(), nullable=False, comment='GS1 company prefix, 4 to 12 digits.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(gs1_prefix) <= 12', name=op.f('ck_package_numbering_gs1_prefix_length')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_package_numbering_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_package_numbering')),
    sa.UniqueConstraint('company_id', name=op.f('uq_package_numbering_company_id'))
    )
    op.create_table('party_channel',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('party_id', sa.Uuid(), nullable=False, comment='Whom it reaches.'),
    sa.Column('kind', sa.Text(), nullable=False, comment='How it reaches.'),
    sa.Column('value', sa.Text(), nullable=False, comment='The address or number.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("kind IN ('EMAIL', 'PHONE', 'MOBILE', 'HOME_PHONE', 'FAX', 'WEB')", name=op.f('ck_party_channel_kind_known')),
    sa.CheckConstraint('char_length(value) <= 400', name=op.f('ck_party_channel_value_length')),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('fk_party_channel_party_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_party_channel'))
    )
    op.create_index(op.f('ix_party_channel_party_id'), 'party_channel', ['party_id'], unique=False)
    op.create_table('party_contact',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('party_id', sa.Uuid(), nullable=False, comment='The firm.'),
    sa.Column('person_id', sa.Uuid(), nullable=False, comment='The person.'),
    sa.Column('function', sa.Text(), nullable=False, comment='What the person does there.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('char_length(function) <= 400', name=op.f('ck_party_contact_function_length')),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('fk_party_contact_party_id')),
    sa.ForeignKeyConstraint(['person_id'], ['party.id'], name=op.f('fk_party_contact_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_party_contact')),
    sa.UniqueConstraint('party_id', 'person_id', 'function', name=op.f('uq_party_contact_party_id_person_id_function'))
    )
    op.create_index(op.f('ix_party_contact_party_id'), 'party_contact', ['party_id'], unique=False)
    op.create_index(op.f('ix_party_contact_person_id'), 'party_contact', ['person_id'], unique=False)
    op.create_table('party_identifier',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('party_id', sa.Uuid(), nullable=False, comment='The party.'),
    sa.Column('scheme', sa.Text(), nullable=False, comment='The register.'),
    sa.Column('value', sa.Text(), nullable=False, comment='The number.'),
    sa.Column('country', sa.Text(), nullable=True, comment='Country of the register, where it is national.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("scheme IN ('VAT', 'DUNS', 'LEI', 'GLN', 'EUDAMED_SRN', 'NATIONAL')", name=op.f('ck_party_identifier_scheme_known')),
    sa.CheckConstraint('char_length(country) <= 2', name=op.f('ck_party_identifier_country_length')),
    sa.CheckConstraint('char_length(value) <= 64', name=op.f('ck_party_identifier_value_length')),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('fk_party_identifier_party_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_party_identifier')),
    sa.UniqueConstraint('scheme', 'value', 'party_id', name=op.f('uq_party_identifier_scheme_value_party_id'))
    )
    op.create_index(op.f('ix_party_identifier_party_id'), 'party_identifier', ['party_id'], unique=False)
    op.create_index(op.f('ix_party_identifier_value'), 'party_identifier', ['value'], unique=False)
    op.create_table('party_role',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('party_id', sa.Uuid(), nullable=False, comment='The party.'),
    sa.Column('role', sa.Text(), nullable=False, comment='What it is to us.'),
    sa.Column('account', sa.Text(), nullable=True, comment='Our account number for it in this role.'),
    sa.Column('is_preferred', sa.Boolean(), server_default='false', nullable=False, comment='Whether we prefer it to others in this role.'),
    sa.Column('valid_from', sa.Date(), nullable=True, comment='First day in the role.'),
    sa.Column('valid_to', sa.Date(), nullable=True, comment='Last day in the role.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("role IN ('CUSTOMER', 'SUPPLIER', 'CARRIER', 'HOSPITAL', 'DISTRIBUTOR', 'AGENCY', 'MANUFACTURER')", name=op.f('ck_party_role_role_known')),
    sa.CheckConstraint('char_length(account) <= 64', name=op.f('ck_party_role_account_length')),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('fk_party_role_party_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_party_role')),
    sa.UniqueConstraint('party_id', 'role', name=op.f('uq_party_role_party_id_role'))
    )
    op.create_index(op.f('ix_party_role_party_id'), 'party_role', ['party_id'], unique=False)
    op.create_table('party_terms',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('party_id', sa.Uuid(), nullable=False, comment='The party.'),
    sa.Column('currency', sa.Text(), nullable=False, comment='Currency of orders with it.'),
    sa.Column('payment_terms', sa.Text(), nullable=True, comment='Code of the payment terms agreed, such as N30.'),
    sa.Column('credit_limit', sa.Numeric(precision=20, scale=6), nullable=True, comment='The most it may owe us.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_party_terms_currency_length')),
    sa.CheckConstraint('char_length(payment_terms) <= 64', name=op.f('ck_party_terms_payment_terms_length')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_party_terms_company_id')),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('fk_party_terms_party_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_party_terms')),
    sa.UniqueConstraint('company_id', 'party_id', name=op.f('uq_party_terms_company_id_party_id'))
    )
    op.create_index(op.f('ix_party_terms_company_id_party_id'), 'party_terms', ['company_id', 'party_id'], unique=False)
    op.create_table('payment_terms',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('code', sa.Text(), nullable=False, comment='Short code of the terms, such as N30.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name of the terms.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='Chinese name of the terms.'),
    sa.Column('discount_percent', sa.Numeric(precision=24, scale=10), nullable=True, comment='What is taken off for paying early.'),
    sa.Column('discount_days', sa.SmallInteger(), nullable=True, comment='Days after the invoice within which paying is early.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('(discount_percent IS NULL) = (discount_days IS NULL)', name=op.f('ck_payment_terms_discount_has_days')),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_payment_terms_code_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_payment_terms_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_payment_terms_name_zh_length')),
    sa.CheckConstraint('discount_days >= 0', name=op.f('ck_payment_terms_discount_days_not_negative')),
    sa.CheckConstraint('discount_percent > 0 AND discount_percent < 100', name=op.f('ck_payment_terms_discount_is_a_share')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_payment_terms_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_payment_terms')),
    sa.UniqueConstraint('company_id', 'code', name=op.f('uq_payment_terms_company_id_code'))
    )
    op.create_index(op.f('ix_payment_terms_company_id_code_id'), 'payment_terms', ['company_id', 'code', 'id'], unique=False)
    op.create_table('price_list',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('code', sa.Text(), nullable=False, comment='Code of the list.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='Name in Chinese.'),
    sa.Column('kind', sa.Text(), nullable=False, comment='Whom the list binds.'),
    sa.Column('customer_id', sa.Uuid(), nullable=True, comment='The customer whose contract it is.'),
    sa.Column('currency', sa.Text(), nullable=False, comment='Currency of the prices.'),
    sa.Column('valid_from', sa.Date(), nullable=False, comment='First day.'),
    sa.Column('valid_to', sa.Date(), nullable=True, comment='Last day; none while it holds.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("(kind = 'CONTRACT') = (customer_id IS NOT NULL)", name=op.f('ck_price_list_contract_has_customer')),
    sa.CheckConstraint("kind <> 'ITEM'", name=op.f('ck_price_list_item_prices_stand_by_the_item')),
    sa.CheckConstraint("kind IN ('CONTRACT', 'TENDER', 'GENERAL', 'ITEM')", name=op.f('ck_price_list_kind_known')),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_price_list_code_length')),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_price_list_currency_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_price_list_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_price_list_name_zh_length')),
    sa.CheckConstraint('valid_to IS NULL OR valid_to >= valid_from', name=op.f('ck_price_list_valid_period')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_price_list_company_id')),
    sa.ForeignKeyConstraint(['customer_id'], ['party.id'], name=op.f('fk_price_list_customer_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_price_list')),
    sa.UniqueConstraint('company_id', 'code', name=op.f('uq_price_list_company_id_code'))
    )
    op.create_index(op.f('ix_price_list_company_id_code_id'), 'price_list', ['company_id', 'code', 'id'], unique=False)
    op.create_index(op.f('ix_price_list_company_id_customer_id'), 'price_list', ['company_id', 'customer_id'], unique=False)
    op.create_index(op.f('ix_price_list_company_id_name_id'), 'price_list', ['company_id', 'name', 'id'], unique=False)
    op.create_table('profit_centre',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('code', sa.Text(), nullable=False, comment='Short code of the profit centre.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name of the profit centre.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='Chinese name of the profit centre.'),
    sa.Column('parent_id', sa.Uuid(), nullable=True, comment='The profit centre it is part of.'),
    sa.Column('is_active', sa.Boolean(), server_default='true', nullable=False, comment='Whether new lines may name it.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_profit_centre_code_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_profit_centre_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_profit_centre_name_zh_length')),
    sa.ForeignKeyConstraint(['company_id', 'parent_id'], ['profit_centre.company_id', 'profit_centre.id'], name=op.f('fk_profit_centre_company_id_parent_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_profit_centre_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_profit_centre')),
    sa.UniqueConstraint('company_id', 'code', name=op.f('uq_profit_centre_company_id_code'))
    )
    op.create_index(op.f('ix_profit_centre_company_id_code_id'), 'profit_centre', ['company_id', 'code', 'id'], unique=False)
    op.create_index(op.f('ix_profit_centre_company_id_parent_id'), 'profit_centre', ['company_id', 'parent_id'], unique=False)
    op.create_table('purchase_agreement',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the agreement.'),
    sa.Column('supplier_id', sa.Uuid(), nullable=False, comment='Who delivers.'),
    sa.Column('status', sa.Text(), nullable=False, comment='Where it is in its flow.'),
    sa.Column('currency', sa.Text(), nullable=False, comment='Currency of the prices.'),
    sa.Column('valid_from', sa.Date(), nullable=False, comment='First day of an order.'),
    sa.Column('valid_to', sa.Date(), nullable=False, comment='Last day of an order.'),
    sa.Column('created_by', sa.Uuid(), nullable=False, comment='The user who made it.'),
    sa.Column('approved_by', sa.Uuid(), nullable=True, comment='The user who approved it.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("status <> 'ACTIVE' OR approved_by IS NOT NULL", name=op.f('ck_purchase_agreement_approved_by_someone')),
    sa.CheckConstraint("status IN ('PENDING', 'ACTIVE', 'CLOSED')", name=op.f('ck_purchase_agreement_status_known')),
    sa.CheckConstraint('approved_by IS NULL OR approved_by <> created_by', name=op.f('ck_purchase_agreement_maker_is_not_approver')),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_purchase_agreement_currency_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_purchase_agreement_number_length')),
    sa.CheckConstraint('valid_to >= valid_from', name=op.f('ck_purchase_agreement_span_positive')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_purchase_agreement_company_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['party.id'], name=op.f('fk_purchase_agreement_supplier_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_purchase_agreement')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_purchase_agreement_company_id_number'))
    )
    op.create_index(op.f('ix_purchase_agreement_company_id_number_id'), 'purchase_agreement', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_purchase_agreement_company_id_status_id'), 'purchase_agreement', ['company_id', 'status', 'id'], unique=False)
    op.create_index(op.f('ix_purchase_agreement_company_id_supplier_id'), 'purchase_agreement', ['company_id', 'supplier_id'], unique=False)
    op.create_index(op.f('ix_purchase_agreement_company_id_valid_from_id'), 'purchase_agreement', ['company_id', 'valid_from', 'id'], unique=False)
    op.create_table('registered_document',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('application_id', sa.Uuid(), nullable=False, comment='Whose document.'),
    sa.Column('document_id', sa.Text(), nullable=False, comment='What the application calls it: the id of its manifest.'),
    sa.Column('digest', sa.Text(), nullable=False, comment='SHA-256 of its text in hex.'),
    sa.Column('body', sa.Text(), nullable=False, comment='Its text.'),
    sa.Column('deployment', sa.Text(), nullable=False, comment='The version of the application that last brought it.'),
    sa.Column('is_active', sa.Boolean(), server_default=sa.text('true'), nullable=False, comment='Whether it may be run.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('char_length(body) <= 100000', name=op.f('ck_registered_document_body_length')),
    sa.CheckConstraint('char_length(deployment) <= 100', name=op.f('ck_registered_document_deployment_length')),
    sa.CheckConstraint('char_length(digest) <= 64', name=op.f('ck_registered_document_digest_length')),
    sa.CheckConstraint('char_length(document_id) <= 200', name=op.f('ck_registered_document_document_id_length')),
    sa.ForeignKeyConstraint(['application_id'], ['client_application.id'], name=op.f('fk_registered_document_application_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_registered_document'))
    )
    op.create_index(op.f('ix_registered_document_application_id'), 'registered_document', ['application_id'], unique=False)
    op.create_index('uq_registered_document_application_id_document_id', 'registered_document', ['application_id', 'document_id'], unique=True)
    op.create_table('scrap_reason',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('code', sa.Text(), nullable=False, comment='Short code.'),
    sa.Column('name', sa.Text(), nullable=False, comment='The reason.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='The reason in Chinese.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_scrap_reason_code_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_scrap_reason_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_scrap_reason_name_zh_length')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_scrap_reason_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_scrap_reason')),
    sa.UniqueConstraint('company_id', 'code', name=op.f('uq_scrap_reason_company_id_code'))
    )
    op.create_index(op.f('ix_scrap_reason_company_id_code_id'), 'scrap_reason', ['company_id', 'code', 'id'], unique=False)
    op.create_index(op.f('ix_scrap_reason_company_id_name_id'), 'scrap_reason', ['company_id', 'name', 'id'], unique=False)
    op.create_table('stock_move',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('posting_id', sa.Uuid(), nullable=False, comment='What the move shares with the voucher posted in the same act.'),
    sa.Column('kind', sa.Text(), nullable=False, comment='Why goods moved.'),
    sa.Column('occurred_on', sa.Date(), nullable=False, comment='The day the move counts from.'),
    sa.Column('source_kind', sa.Text(), nullable=True, comment='Type of the document that caused it.'),
    sa.Column('source_id', sa.Uuid(), nullable=True, comment='Id of the document that caused it.'),
    sa.Column('source_number', sa.Text(), nullable=True, comment='Number of the document that caused it.'),
    sa.Column('reverses_id', sa.Uuid(), nullable=True, comment='The move that this one takes back.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("kind IN ('OPENING', 'MIGRATION', 'RECEIPT', 'ISSUE', 'TRANSFER', 'PRODUCTION', 'ADJUSTMENT', 'RETURN', 'STATUS_CHANGE', 'REVERSAL')", name=op.f('ck_stock_move_kind_known')),
    sa.CheckConstraint('char_length(source_kind) <= 64', name=op.f('ck_stock_move_source_kind_length')),
    sa.CheckConstraint('char_length(source_number) <= 64', name=op.f('ck_stock_move_source_number_length')),
    sa.ForeignKeyConstraint(['company_id', 'reverses_id'], ['stock_move.company_id', 'stock_move.id'], name=op.f('fk_stock_move_company_id_reverses_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_stock_move_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_stock_move'))
    )
    op.create_index(op.f('ix_stock_move_company_id_occurred_on_id'), 'stock_move', ['company_id', 'occurred_on', 'id'], unique=False)
    op.create_index(op.f('ix_stock_move_company_id_reverses_id'), 'stock_move', ['company_id', 'reverses_id'], unique=False)
    op.create_index('ix_stock_move_posting', 'stock_move', ['company_id', 'posting_id'], unique=False)
    op.create_index('ix_stock_move_source', 'stock_move', ['company_id', 'source_id'], unique=False)
    op.create_index('uq_stock_move_reversed_once', 'stock_move', ['company_id', 'reverses_id'], unique=True, postgresql_where=sa.text('reverses_id IS NOT NULL'))
    op.create_table('tax_code',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('code', sa.Text(), nullable=False, comment='Short code of the treatment.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name of the treatment.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='Chinese name of the treatment.'),
    sa.Column('country', sa.Text(), nullable=True, comment='Country whose law it follows.'),
    sa.Column('price_includes_tax', sa.Boolean(), server_default='false', nullable=False, comment='Whether prices on lines with this code include its taxes.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_tax_code_code_length')),
    sa.CheckConstraint('char_length(country) <= 2', name=op.f('ck_tax_code_country_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_tax_code_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_tax_code_name_zh_length')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_tax_code_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_tax_code')),
    sa.UniqueConstraint('company_id', 'code', name=op.f('uq_tax_code_company_id_code'))
    )
    op.create_index(op.f('ix_tax_code_company_id_code_id'), 'tax_code', ['company_id', 'code', 'id'], unique=False)
    op.create_table('user_account',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name to sign in with.'),
    sa.Column('display_name', sa.Text(), nullable=False, comment='Name as people read it.'),
    sa.Column('email', sa.Text(), nullable=True, comment='Address for messages.'),
    sa.Column('audience', sa.Text(), nullable=False, comment='Kind of reader, which fixes the visible schema.'),
    sa.Column('locale', sa.Text(), nullable=False, comment='Language of messages, BCP 47.'),
    sa.Column('client_tier_id', sa.Uuid(), nullable=True, comment='How much its programs may ask; that of its audience unless named.'),
    sa.Column('is_active', sa.Boolean(), server_default=sa.text('true'), nullable=False, comment='Whether the account may sign in.'),
    sa.Column('is_demo', sa.Boolean(), server_default=sa.text('false'), nullable=False, comment='Whether the account is part of the demo; it works on the loopback address only.'),
    sa.Column('password_set_at', sa.DateTime(timezone=True), nullable=True, comment='When its password was set; empty while it has none.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("audience IN ('ANONYMOUS', 'SUPPLIER', 'CUSTOMER', 'STAFF')", name=op.f('ck_user_account_audience_known')),
    sa.CheckConstraint('char_length(display_name) <= 400', name=op.f('ck_user_account_display_name_length')),
    sa.CheckConstraint('char_length(email) <= 320', name=op.f('ck_user_account_email_length')),
    sa.CheckConstraint('char_length(locale) <= 64', name=op.f('ck_user_account_locale_length')),
    sa.CheckConstraint('char_length(name) <= 64', name=op.f('ck_user_account_name_length')),
    sa.ForeignKeyConstraint(['client_tier_id'], ['client_tier.id'], name=op.f('fk_user_account_client_tier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_account')),
    sa.UniqueConstraint('name', name=op.f('uq_user_account_name'))
    )
    op.create_index(op.f('ix_user_account_client_tier_id'), 'user_account', ['client_tier_id'], unique=False)
    op.create_table('work_calendar_exception',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('calendar_id', sa.Uuid(), nullable=False, comment='The calendar.'),
    sa.Column('falls_on', sa.Date(), nullable=False, comment='The day.'),
    sa.Column('kind', sa.Text(), nullable=False, comment='Closed, or open to make up for another day.'),
    sa.Column('follows_weekday', sa.SmallInteger(), nullable=True, comment='The weekday whose shifts a make-up day follows, Monday is 1; none follows Monday.'),
    sa.Column('reason', sa.Text(), nullable=False, comment='Name of the holiday or reason.'),
    sa.Column('is_provisional', sa.Boolean(), server_default='false', nullable=False, comment='Whether the day follows from a rule and the official list is not out yet.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("kind IN ('HOLIDAY', 'MAKE_UP')", name=op.f('ck_work_calendar_exception_kind_known')),
    sa.CheckConstraint('char_length(reason) <= 400', name=op.f('ck_work_calendar_exception_reason_length')),
    sa.ForeignKeyConstraint(['calendar_id'], ['work_calendar.id'], name=op.f('fk_work_calendar_exception_calendar_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_work_calendar_exception')),
    sa.UniqueConstraint('calendar_id', 'falls_on', name=op.f('uq_work_calendar_exception_calendar_id_falls_on'))
    )
    op.create_index(op.f('ix_work_calendar_exception_calendar_id'), 'work_calendar_exception', ['calendar_id'], unique=False)
    op.create_index(op.f('ix_work_calendar_exception_falls_on_id'), 'work_calendar_exception', ['falls_on', 'id'], unique=False)
    op.create_table('work_calendar_shift',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('calendar_id', sa.Uuid(), nullable=False, comment='The calendar.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name of the shift, such as Day.'),
    sa.Column('weekday', sa.SmallInteger(), nullable=False, comment='Day of the week, Monday is 1 (ISO 8601).'),
    sa.Column('starts_minute', sa.SmallInteger(), nullable=False, comment='When it begins, minutes after local midnight.'),
    sa.Column('ends_minute', sa.SmallInteger(), nullable=False, comment='When it ends, minutes after local midnight; above 1,440 on the next day.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_work_calendar_shift_name_length')),
    sa.CheckConstraint('ends_minute > starts_minute AND ends_minute <= starts_minute + 1440', name=op.f('ck_work_calendar_shift_ends_after_start')),
    sa.CheckConstraint('starts_minute BETWEEN 0 AND 1439', name=op.f('ck_work_calendar_shift_starts_within_day')),
    sa.CheckConstraint('weekday BETWEEN 1 AND 7', name=op.f('ck_work_calendar_shift_weekday_iso')),
    sa.ForeignKeyConstraint(['calendar_id'], ['work_calendar.id'], name=op.f('fk_work_calendar_shift_calendar_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_work_calendar_shift')),
    sa.UniqueConstraint('calendar_id', 'weekday', 'starts_minute', name=op.f('uq_work_calendar_shift_calendar_id_weekday_starts_minute'))
    )
    op.create_index(op.f('ix_work_calendar_shift_calendar_id'), 'work_calendar_shift', ['calendar_id'], unique=False)
    op.create_table('account_balance',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('account_id', sa.Uuid(), nullable=False, comment='The account.'),
    sa.Column('period_id', sa.Uuid(), nullable=False, comment='The closed general-ledger period.'),
    sa.Column('currency', sa.Text(), nullable=False, comment='Currency of the transactions summed.'),
    sa.Column('debit', sa.Numeric(precision=20, scale=6), nullable=False, comment="Debits of the period in the company's currency."),
    sa.Column('credit', sa.Numeric(precision=20, scale=6), nullable=False, comment="Credits of the period in the company's currency, as a positive amount."),
    sa.Column('closing', sa.Numeric(precision=20, scale=6), nullable=False, comment="Balance at the end of the period in the company's currency."),
    sa.Column('transaction_closing', sa.Numeric(precision=20, scale=6), nullable=False, comment='Balance at the end of the period in the currency of the transactions.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_account_balance_currency_length')),
    sa.ForeignKeyConstraint(['company_id', 'account_id'], ['account.company_id', 'account.id'], name=op.f('fk_account_balance_company_id_account_id')),
    sa.ForeignKeyConstraint(['company_id', 'period_id'], ['fiscal_period.company_id', 'fiscal_period.id'], name=op.f('fk_account_balance_company_id_period_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_account_balance_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_account_balance')),
    sa.UniqueConstraint('company_id', 'account_id', 'period_id', 'currency', name=op.f('uq_account_balance_company_id_account_id_period_id_currency'))
    )
    op.create_index(op.f('ix_account_balance_company_id_account_id'), 'account_balance', ['company_id', 'account_id'], unique=False)
    op.create_index(op.f('ix_account_balance_company_id_period_id'), 'account_balance', ['company_id', 'period_id'], unique=False)
    op.create_table('account_mapping',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('account_id', sa.Uuid(), nullable=False, comment='The account of the company.'),
    sa.Column('group_account_id', sa.Uuid(), nullable=False, comment='The account of the group.'),
    sa.Column('valid_from', sa.Date(), nullable=False, comment='First day it counts as that.'),
    sa.Column('historical_rate', sa.Numeric(precision=24, scale=10), nullable=True, comment="Units of the group's currency for one of the company's at which a historical account is translated; the rates of the days of its entries unless given."),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('historical_rate > 0', name=op.f('ck_account_mapping_historical_rate_positive')),
    sa.ForeignKeyConstraint(['company_id', 'account_id'], ['account.company_id', 'account.id'], name=op.f('fk_account_mapping_company_id_account_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_account_mapping_company_id')),
    sa.ForeignKeyConstraint(['group_account_id'], ['group_account.id'], name=op.f('fk_account_mapping_group_account_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_account_mapping')),
    sa.UniqueConstraint('company_id', 'account_id', 'valid_from', name=op.f('uq_account_mapping_company_id_account_id_valid_from'))
    )
    op.create_index(op.f('ix_account_mapping_company_id_account_id'), 'account_mapping', ['company_id', 'account_id'], unique=False)
    op.create_index(op.f('ix_account_mapping_company_id_group_account_id'), 'account_mapping', ['company_id', 'group_account_id'], unique=False)
    op.create_index(op.f('ix_account_mapping_company_id_valid_from_id'), 'account_mapping', ['company_id', 'valid_from', 'id'], unique=False)
    op.create_table('allocation_cycle',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('code', sa.Text(), nullable=False, comment='Short code of the cycle.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name of the cycle.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='Chinese name of the cycle.'),
    sa.Column('account_id', sa.Uuid(), nullable=False, comment='The account whose amounts are given on.'),
    sa.Column('cost_centre_id', sa.Uuid(), nullable=False, comment='The cost centre that gives on.'),
    sa.Column('is_active', sa.Boolean(), server_default='true', nullable=False, comment='Whether it is still run.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_allocation_cycle_code_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_allocation_cycle_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_allocation_cycle_name_zh_length')),
    sa.ForeignKeyConstraint(['company_id', 'account_id'], ['account.company_id', 'account.id'], name=op.f('fk_allocation_cycle_company_id_account_id')),
    sa.ForeignKeyConstraint(['company_id', 'cost_centre_id'], ['cost_centre.company_id', 'cost_centre.id'], name=op.f('fk_allocation_cycle_company_id_cost_centre_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_allocation_cycle_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_allocation_cycle')),
    sa.UniqueConstraint('company_id', 'code', name=op.f('uq_allocation_cycle_company_id_code'))
    )
    op.create_index(op.f('ix_allocation_cycle_company_id_account_id'), 'allocation_cycle', ['company_id', 'account_id'], unique=False)
    op.create_index(op.f('ix_allocation_cycle_company_id_code_id'), 'allocation_cycle', ['company_id', 'code', 'id'], unique=False)
    op.create_index(op.f('ix_allocation_cycle_company_id_cost_centre_id'), 'allocation_cycle', ['company_id', 'cost_centre_id'], unique=False)
    op.create_table('api_key',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('user_id', sa.Uuid(), nullable=False, comment='As whom the program acts.'),
    sa.Column('prefix', sa.Text(), nullable=False, comment='Open part of the key, by which it is found.'),
    sa.Column('label', sa.Text(), nullable=False, comment='What the key is for.'),
    sa.Column('client', sa.Text(), nullable=False, comment='The application that uses it: its registered documents and idempotency keys.'),
    sa.Column('digest', sa.LargeBinary(), nullable=False, comment='SHA-256 of the whole key.'),
    sa.Column('scopes', postgresql.ARRAY(sa.Text()), nullable=False, comment='Roles the key may use of those its user holds; empty means all of them.'),
    sa.Column('client_tier_id', sa.Uuid(), nullable=True, comment='How much it may ask; a key that names a tier has a bucket of its own.'),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True, comment='When the key ends.'),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True, comment='When it was last used, to the minute.'),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True, comment='When it was revoked.'),
    sa.Column('rotated_from_id', sa.Uuid(), nullable=True, comment='The key that it takes the place of.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('char_length(client) <= 64', name=op.f('ck_api_key_client_length')),
    sa.CheckConstraint('char_length(label) <= 400', name=op.f('ck_api_key_label_length')),
    sa.CheckConstraint('char_length(prefix) <= 64', name=op.f('ck_api_key_prefix_length')),
    sa.ForeignKeyConstraint(['client_tier_id'], ['client_tier.id'], name=op.f('fk_api_key_client_tier_id')),
    sa.ForeignKeyConstraint(['rotated_from_id'], ['api_key.id'], name=op.f('fk_api_key_rotated_from_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_api_key_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_key')),
    sa.UniqueConstraint('prefix', name=op.f('uq_api_key_prefix'))
    )
    op.create_index(op.f('ix_api_key_client_tier_id'), 'api_key', ['client_tier_id'], unique=False)
    op.create_index(op.f('ix_api_key_rotated_from_id'), 'api_key', ['rotated_from_id'], unique=False)
    op.create_index(op.f('ix_api_key_user_id'), 'api_key', ['user_id'], unique=False)
    op.create_table('approval_delegation',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('delegator_id', sa.Uuid(), nullable=False, comment='Whose limits they are.'),
    sa.Column('delegate_id', sa.Uuid(), nullable=False, comment='Who may use them.'),
    sa.Column('valid_from', sa.Date(), nullable=False, comment='First day.'),
    sa.Column('valid_to', sa.Date(), nullable=False, comment='Last day.'),
    sa.Column('reason', sa.Text(), nullable=False, comment='Why.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(reason) <= 400', name=op.f('ck_approval_delegation_reason_length')),
    sa.CheckConstraint('delegate_id <> delegator_id', name=op.f('ck_approval_delegation_delegate_is_another')),
    sa.CheckConstraint('valid_to >= valid_from', name=op.f('ck_approval_delegation_span_positive')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_approval_delegation_company_id')),
    sa.ForeignKeyConstraint(['delegate_id'], ['user_account.id'], name=op.f('fk_approval_delegation_delegate_id')),
    sa.ForeignKeyConstraint(['delegator_id'], ['user_account.id'], name=op.f('fk_approval_delegation_delegator_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_approval_delegation'))
    )
    op.create_index(op.f('ix_approval_delegation_company_id_delegate_id'), 'approval_delegation', ['company_id', 'delegate_id'], unique=False)
    op.create_index(op.f('ix_approval_delegation_company_id_delegator_id'), 'approval_delegation', ['company_id', 'delegator_id'], unique=False)
    op.create_index(op.f('ix_approval_delegation_company_id_valid_from_id'), 'approval_delegation', ['company_id', 'valid_from', 'id'], unique=False)
    op.create_table('bank_statement',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Our number of the statement.'),
    sa.Column('account_id', sa.Uuid(), nullable=False, comment='The bank account.'),
    sa.Column('bank_reference', sa.Text(), nullable=False, comment="The bank's own identification of the statement."),
    sa.Column('format', sa.Text(), nullable=False, comment='The form it came in.'),
    sa.Column('first_on', sa.Date(), nullable=False, comment='First day it covers.'),
    sa.Column('last_on', sa.Date(), nullable=False, comment='Last day it covers.'),
    sa.Column('currency', sa.Text(), nullable=False, comment='Currency of the account.'),
    sa.Column('opening', sa.Numeric(precision=20, scale=6), nullable=False, comment='Balance before.'),
    sa.Column('closing', sa.Numeric(precision=20, scale=6), nullable=False, comment='Balance after.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("format IN ('CSV', 'CAMT_053')", name=op.f('ck_bank_statement_format_known')),
    sa.CheckConstraint('char_length(bank_reference) <= 64', name=op.f('ck_bank_statement_bank_reference_length')),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_bank_statement_currency_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_bank_statement_number_length')),
    sa.CheckConstraint('last_on >= first_on', name=op.f('ck_bank_statement_span_positive')),
    sa.ForeignKeyConstraint(['company_id', 'account_id'], ['account.company_id', 'account.id'], name=op.f('fk_bank_statement_company_id_account_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_bank_statement_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_bank_statement')),
    sa.UniqueConstraint('company_id', 'account_id', 'bank_reference', name=op.f('uq_bank_statement_company_id_account_id_bank_reference')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_bank_statement_company_id_number'))
    )
    op.create_index(op.f('ix_bank_statement_company_id_account_id'), 'bank_statement', ['company_id', 'account_id'], unique=False)
    op.create_index(op.f('ix_bank_statement_company_id_last_on_id'), 'bank_statement', ['company_id', 'last_on', 'id'], unique=False)
    op.create_index(op.f('ix_bank_statement_company_id_number_id'), 'bank_statement', ['company_id', 'number', 'id'], unique=False)
    op.create_table('bill_of_material',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('code', sa.Text(), nullable=False, comment="Code of the bill: the assembly's code, followed by the alternate where there are several."),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='The assembly.'),
    sa.Column('is_historical', sa.Boolean(), server_default='false', nullable=False, comment='Whether the bill was imported from a legacy system.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_bill_of_material_code_length')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_bill_of_material_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_bill_of_material_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_bill_of_material')),
    sa.UniqueConstraint('company_id', 'code', name=op.f('uq_bill_of_material_company_id_code'))
    )
    op.create_index(op.f('ix_bill_of_material_company_id_code_id'), 'bill_of_material', ['company_id', 'code', 'id'], unique=False)
    op.create_index(op.f('ix_bill_of_material_company_id_item_id'), 'bill_of_material', ['company_id', 'item_id'], unique=False)
    op.create_table('budget_version',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('budget_id', sa.Uuid(), nullable=False, comment='The budget.'),
    sa.Column('edition', sa.SmallInteger(), nullable=False, comment='Counts the editions of the budget.'),
    sa.Column('status', sa.Text(), nullable=False, comment='Whether its lines hold.'),
    sa.Column('description', sa.Text(), nullable=True, comment='Why it was made.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("status IN ('DRAFT', 'RELEASED', 'REPLACED')", name=op.f('ck_budget_version_status_known')),
    sa.CheckConstraint('char_length(description) <= 400', name=op.f('ck_budget_version_description_length')),
    sa.ForeignKeyConstraint(['company_id', 'budget_id'], ['budget.company_id', 'budget.id'], name=op.f('fk_budget_version_company_id_budget_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_budget_version_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_budget_version')),
    sa.UniqueConstraint('company_id', 'budget_id', 'edition', name=op.f('uq_budget_version_company_id_budget_id_edition'))
    )
    op.create_index(op.f('ix_budget_version_company_id_budget_id'), 'budget_version', ['company_id', 'budget_id'], unique=False)
    op.create_index('uq_budget_version_released', 'budget_version', ['company_id', 'budget_id'], unique=True, postgresql_where=sa.text("status = 'RELEASED'"))
    op.create_table('bulk_upload',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('user_id', sa.Uuid(), nullable=False, comment='Who sends it, and may use it.'),
    sa.Column('name', sa.Text(), nullable=False, comment='What the file is.'),
    sa.Column('status', sa.Text(), nullable=False, comment='Whether the file is there.'),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False, comment='When the address was asked for.'),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=True, comment='When the file was there.'),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False, comment='Until when the file is kept.'),
    sa.Column('file_kib', sa.Integer(), server_default='0', nullable=False, comment='Size of the file.'),
    sa.Column('digest', sa.Text(), nullable=True, comment='SHA-256 of the file.'),
    sa.Column('file', sa.Text(), nullable=True, comment='Name of the file in the store.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("status <> 'RECEIVED' OR file IS NOT NULL", name=op.f('ck_bulk_upload_received_with_file')),
    sa.CheckConstraint("status IN ('OPEN', 'RECEIVED', 'EXPIRED')", name=op.f('ck_bulk_upload_status_known')),
    sa.CheckConstraint('char_length(digest) <= 64', name=op.f('ck_bulk_upload_digest_length')),
    sa.CheckConstraint('char_length(file) <= 400', name=op.f('ck_bulk_upload_file_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_bulk_upload_name_length')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_bulk_upload_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bulk_upload'))
    )
    op.create_index('ix_bulk_upload_kept', 'bulk_upload', ['expires_at'], unique=False, postgresql_where=sa.text("status <> 'EXPIRED'"))
    op.create_index(op.f('ix_bulk_upload_opened_at_id'), 'bulk_upload', ['opened_at', 'id'], unique=False)
    op.create_index(op.f('ix_bulk_upload_user_id'), 'bulk_upload', ['user_id'], unique=False)
    op.create_table('code_assignment',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='The item.'),
    sa.Column('code_value_id', sa.Uuid(), nullable=False, comment='The code.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.ForeignKeyConstraint(['code_value_id'], ['code_value.id'], name=op.f('fk_code_assignment_code_value_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_code_assignment_item_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_code_assignment')),
    sa.UniqueConstraint('item_id', 'code_value_id', name=op.f('uq_code_assignment_item_id_code_value_id'))
    )
    op.create_index(op.f('ix_code_assignment_code_value_id'), 'code_assignment', ['code_value_id'], unique=False)
    op.create_index(op.f('ix_code_assignment_item_id'), 'code_assignment', ['item_id'], unique=False)
    op.create_table('code_mapping',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('from_value_id', sa.Uuid(), nullable=False, comment='The code.'),
    sa.Column('to_value_id', sa.Uuid(), nullable=False, comment='Its counterpart.'),
    sa.Column('evidence', sa.Text(), nullable=False, comment='Who says so, and on what ground.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('char_length(evidence) <= 400', name=op.f('ck_code_mapping_evidence_length')),
    sa.ForeignKeyConstraint(['from_value_id'], ['code_value.id'], name=op.f('fk_code_mapping_from_value_id')),
    sa.ForeignKeyConstraint(['to_value_id'], ['code_value.id'], name=op.f('fk_code_mapping_to_value_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_code_mapping')),
    sa.UniqueConstraint('from_value_id', 'to_value_id', name=op.f('uq_code_mapping_from_value_id_to_value_id'))
    )
    op.create_index(op.f('ix_code_mapping_from_value_id'), 'code_mapping', ['from_value_id'], unique=False)
    op.create_index(op.f('ix_code_mapping_to_value_id'), 'code_mapping', ['to_value_id'], unique=False)
    op.create_table('commitment',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the commitment.'),
    sa.Column('account_id', sa.Uuid(), nullable=False, comment='The account it will be spent on.'),
    sa.Column('cost_centre_id', sa.Uuid(), nullable=True, comment='The cost centre that will bear it.'),
    sa.Column('committed_on', sa.Date(), nullable=False, comment='Day it counts from, and in whose budget.'),
    sa.Column('description', sa.Text(), nullable=False, comment='What was promised.'),
    sa.Column('amount', sa.Numeric(precision=20, scale=6), nullable=False, comment='What was promised.'),
    sa.Column('open_amount', sa.Numeric(precision=20, scale=6), nullable=False, comment='What of it is not spent yet.'),
    sa.Column('source_kind', sa.Text(), nullable=True, comment='Type of the document that promised it; none where a person did.'),
    sa.Column('source_id', sa.Uuid(), nullable=True, comment='Id of that document.'),
    sa.Column('source_position', sa.SmallInteger(), nullable=True, comment='Line of that document.'),
    sa.Column('source_number', sa.Text(), nullable=True, comment='Number of that document.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(description) <= 400', name=op.f('ck_commitment_description_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_commitment_number_length')),
    sa.CheckConstraint('char_length(source_kind) <= 64', name=op.f('ck_commitment_source_kind_length')),
    sa.CheckConstraint('char_length(source_number) <= 64', name=op.f('ck_commitment_source_number_length')),
    sa.CheckConstraint('open_amount BETWEEN 0 AND amount', name=op.f('ck_commitment_open_part_of_the_whole')),
    sa.ForeignKeyConstraint(['company_id', 'account_id'], ['account.company_id', 'account.id'], name=op.f('fk_commitment_company_id_account_id')),
    sa.ForeignKeyConstraint(['company_id', 'cost_centre_id'], ['cost_centre.company_id', 'cost_centre.id'], name=op.f('fk_commitment_company_id_cost_centre_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_commitment_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_commitment')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_commitment_company_id_number')),
    sa.UniqueConstraint('company_id', 'source_id', 'source_position', name=op.f('uq_commitment_company_id_source_id_source_position'))
    )
    op.create_index(op.f('ix_commitment_company_id_account_id'), 'commitment', ['company_id', 'account_id'], unique=False)
    op.create_index(op.f('ix_commitment_company_id_committed_on_id'), 'commitment', ['company_id', 'committed_on', 'id'], unique=False)
    op.create_index(op.f('ix_commitment_company_id_cost_centre_id'), 'commitment', ['company_id', 'cost_centre_id'], unique=False)
    op.create_index(op.f('ix_commitment_company_id_number_id'), 'commitment', ['company_id', 'number', 'id'], unique=False)
    op.create_table('consolidation_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('consolidation_run_id', sa.Uuid(), nullable=False, comment='The run.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place in the run.'),
    sa.Column('kind', sa.Text(), nullable=False, comment='What the line does.'),
    sa.Column('group_account_id', sa.Uuid(), nullable=False, comment='The account of the group.'),
    sa.Column('member_id', sa.Uuid(), nullable=False, comment='The company whose books it comes from.'),
    sa.Column('partner_id', sa.Uuid(), nullable=True, comment='The other company, where it is between two of the group.'),
    sa.Column('member_code', sa.Text(), nullable=False, comment='Code of the company whose books it comes from, for readers who may not see that company.'),
    sa.Column('partner_code', sa.Text(), nullable=True, comment='Code of the other company.'),
    sa.Column('account_code', sa.Text(), nullable=True, comment="Number of the account in the company's chart; none where no account of a company is meant."),
    sa.Column('local_currency', sa.Text(), nullable=False, comment="Currency of the company's books."),
    sa.Column('local_amount', sa.Numeric(precision=20, scale=6), nullable=True, comment="What the company's books say, debit positive; none of what the run adds."),
    sa.Column('translation', sa.Text(), nullable=True, comment='The kind of the rate it was translated at.'),
    sa.Column('rate', sa.Numeric(precision=24, scale=10), nullable=True, comment='The rate it was translated at; none where each entry kept that of its own day.'),
    sa.Column('amount', sa.Numeric(precision=20, scale=6), nullable=False, comment="Amount in the group's currency, debit positive."),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("kind IN ('TRANSLATION', 'ADJUSTMENT', 'ELIMINATION', 'UNREALISED_PROFIT', 'MINORITY')", name=op.f('ck_consolidation_line_kind_known')),
    sa.CheckConstraint("translation IN ('CLOSING', 'AVERAGE', 'HISTORICAL')", name=op.f('ck_consolidation_line_translation_known')),
    sa.CheckConstraint('char_length(account_code) <= 64', name=op.f('ck_consolidation_line_account_code_length')),
    sa.CheckConstraint('char_length(local_currency) <= 3', name=op.f('ck_consolidation_line_local_currency_length')),
    sa.CheckConstraint('char_length(member_code) <= 64', name=op.f('ck_consolidation_line_member_code_length')),
    sa.CheckConstraint('char_length(partner_code) <= 64', name=op.f('ck_consolidation_line_partner_code_length')),
    sa.ForeignKeyConstraint(['company_id', 'consolidation_run_id'], ['consolidation_run.company_id', 'consolidation_run.id'], name=op.f('fk_consolidation_line_company_id_consolidation_run_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_consolidation_line_company_id')),
    sa.ForeignKeyConstraint(['group_account_id'], ['group_account.id'], name=op.f('fk_consolidation_line_group_account_id')),
    sa.ForeignKeyConstraint(['member_id'], ['company.id'], name=op.f('fk_consolidation_line_member_id')),
    sa.ForeignKeyConstraint(['partner_id'], ['company.id'], name=op.f('fk_consolidation_line_partner_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_consolidation_line')),
    sa.UniqueConstraint('company_id', 'consolidation_run_id', 'position', name=op.f('uq_consolidation_line_company_id_consolidation_run_id_position'))
    )
    op.create_index(op.f('ix_consolidation_line_company_id_consolidation_run_id'), 'consolidation_line', ['company_id', 'consolidation_run_id'], unique=False)
    op.create_index(op.f('ix_consolidation_line_company_id_group_account_id'), 'consolidation_line', ['company_id', 'group_account_id'], unique=False)
    op.create_index(op.f('ix_consolidation_line_company_id_member_id'), 'consolidation_line', ['company_id', 'member_id'], unique=False)
    op.create_index(op.f('ix_consolidation_line_company_id_partner_id'), 'consolidation_line', ['company_id', 'partner_id'], unique=False)
    op.create_table('consolidation_member',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('consolidation_run_id', sa.Uuid(), nullable=False, comment='The run.'),
    sa.Column('member_id', sa.Uuid(), nullable=False, comment='The company.'),
    sa.Column('member_code', sa.Text(), nullable=False, comment='Code of the company.'),
    sa.Column('currency', sa.Text(), nullable=False, comment="Currency of the company's books."),
    sa.Column('percent', sa.Numeric(precision=24, scale=10), nullable=False, comment="The group's share of it, in percent."),
    sa.Column('closing_rate', sa.Numeric(precision=24, scale=10), nullable=False, comment="Units of the group's currency for one of its own on the last day."),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_consolidation_member_currency_length')),
    sa.CheckConstraint('char_length(member_code) <= 64', name=op.f('ck_consolidation_member_member_code_length')),
    sa.ForeignKeyConstraint(['company_id', 'consolidation_run_id'], ['consolidation_run.company_id', 'consolidation_run.id'], name=op.f('fk_consolidation_member_company_id_consolidation_run_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_consolidation_member_company_id')),
    sa.ForeignKeyConstraint(['member_id'], ['company.id'], name=op.f('fk_consolidation_member_member_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_consolidation_member')),
    sa.UniqueConstraint('company_id', 'consolidation_run_id', 'member_id', name=op.f('uq_consolidation_member_company_id_consolidation_run_id_member_id'))
    )
    op.create_index(op.f('ix_consolidation_member_company_id_consolidation_run_id'), 'consolidation_member', ['company_id', 'consolidation_run_id'], unique=False)
    op.create_index(op.f('ix_consolidation_member_company_id_member_id'), 'consolidation_member', ['company_id', 'member_id'], unique=False)
    op.create_table('device_profile',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='The item.'),
    sa.Column('register_key', sa.Text(), nullable=False, comment='Key of the record in the register.'),
    sa.Column('brand', sa.Text(), nullable=True, comment='Brand name.'),
    sa.Column('version_model', sa.Text(), nullable=True, comment='Version or model number.'),
    sa.Column('catalogue_number', sa.Text(), nullable=True, comment='Catalogue number.'),
    sa.Column('device_count', sa.Integer(), nullable=True, comment='Devices in the primary package.'),
    sa.Column('public_version', sa.SmallInteger(), nullable=True, comment='Version of the public record.'),
    sa.Column('public_version_on', sa.Date(), nullable=True, comment='Day of that version.'),
    sa.Column('published_on', sa.Date(), nullable=True, comment='Day of first publication.'),
    sa.Column('distribution_ended_on', sa.Date(), nullable=True, comment='Last day of commercial distribution.'),
    sa.Column('mri_safety', sa.Text(), nullable=False, comment='What the label says about magnetic resonance.'),
    sa.Column('is_direct_mark_exempt', sa.Boolean(), nullable=False, comment='Whether it needs no mark on the device.'),
    sa.Column('is_premarket_exempt', sa.Boolean(), nullable=False, comment='Whether it needs no premarket submission.'),
    sa.Column('is_tissue_product', sa.Boolean(), nullable=False, comment='Whether it is a human cell or tissue product.'),
    sa.Column('is_kit', sa.Boolean(), nullable=False, comment='Whether it is a kit.'),
    sa.Column('is_combination', sa.Boolean(), nullable=False, comment='Whether it is combined with a drug or biologic.'),
    sa.Column('is_single_use', sa.Boolean(), nullable=False, comment='Whether it is for one use.'),
    sa.Column('shows_lot', sa.Boolean(), nullable=False, comment='Whether its UDI carries the lot.'),
    sa.Column('shows_serial', sa.Boolean(), nullable=False, comment='Whether its UDI carries the serial number.'),
    sa.Column('shows_made_on', sa.Boolean(), nullable=False, comment='Whether its UDI carries the date of making.'),
    sa.Column('shows_expires_on', sa.Boolean(), nullable=False, comment='Whether its UDI carries the expiry date.'),
    sa.Column('shows_donation', sa.Boolean(), nullable=False, comment='Whether its UDI carries a donation identification number.'),
    sa.Column('contains_latex', sa.Boolean(), nullable=False, comment='Whether the label says that it contains natural rubber latex.'),
    sa.Column('labelled_no_latex', sa.Boolean(), nullable=False, comment='Whether the label says that it was not made with natural rubber latex.'),
    sa.Column('is_prescription', sa.Boolean(), nullable=False, comment='Whether it needs a prescription.'),
    sa.Column('is_over_the_counter', sa.Boolean(), nullable=False, comment='Whether it is sold without a prescription.'),
    sa.Column('is_sterile', sa.Boolean(), nullable=False, comment='Whether it is delivered sterile.'),
    sa.Column('needs_sterilisation', sa.Boolean(), nullable=False, comment='Whether it must be sterilised before use.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("mri_safety IN ('SAFE', 'CONDITIONAL', 'UNSAFE', 'NOT_STATED')", name=op.f('ck_device_profile_mri_safety_known')),
    sa.CheckConstraint('char_length(brand) <= 400', name=op.f('ck_device_profile_brand_length')),
    sa.CheckConstraint('char_length(catalogue_number) <= 400', name=op.f('ck_device_profile_catalogue_number_length')),
    sa.CheckConstraint('char_length(register_key) <= 64', name=op.f('ck_device_profile_register_key_length')),
    sa.CheckConstraint('char_length(version_model) <= 400', name=op.f('ck_device_profile_version_model_length')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_device_profile_item_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_device_profile')),
    sa.UniqueConstraint('item_id', name=op.f('uq_device_profile_item_id'))
    )
    op.create_index(op.f('ix_device_profile_item_id'), 'device_profile', ['item_id'], unique=False)
    op.create_table('export_run',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('user_id', sa.Uuid(), nullable=False, comment='Under whose grants it runs; the file is for this account.'),
    sa.Column('document', sa.Text(), nullable=False, comment='The query.'),
    sa.Column('variables', sa.Text(), nullable=True, comment='Its variables, as JSON.'),
    sa.Column('scopes', postgresql.ARRAY(sa.Text()), nullable=False, comment='The roles its owner used to ask for it: no others count for it.'),
    sa.Column('status', sa.Text(), nullable=False, comment='Where it stands.'),
    sa.Column('queued_at', sa.DateTime(timezone=True), nullable=False, comment='When it was asked for.'),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True, comment='When it last began.'),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True, comment='When it ended.'),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True, comment='Until when its file is kept.'),
    sa.Column('attempt_count', sa.Integer(), server_default='0', nullable=False, comment='How often it was begun.'),
    sa.Column('row_count', sa.Integer(), server_default='0', nullable=False, comment='Lines written.'),
    sa.Column('file_kib', sa.Integer(), server_default='0', nullable=False, comment='Size of what was written.'),
    sa.Column('digest', sa.Text(), nullable=True, comment='SHA-256 of the file.'),
    sa.Column('withheld', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False, comment='The fields that are null for want of permission: coordinate, path, what it requires.'),
    sa.Column('failure', sa.Text(), nullable=True, comment='Why it failed: a stable code.'),
    sa.Column('failure_message', sa.Text(), nullable=True, comment='Why, in words.'),
    sa.Column('file', sa.Text(), nullable=True, comment='Name of the file in the store.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("status <> 'FAILED' OR failure IS NOT NULL", name=op.f('ck_export_run_failed_with_reason')),
    sa.CheckConstraint("status <> 'SUCCEEDED' OR file IS NOT NULL", name=op.f('ck_export_run_succeeded_with_file')),
    sa.CheckConstraint("status IN ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED')", name=op.f('ck_export_run_status_known')),
    sa.CheckConstraint('char_length(digest) <= 64', name=op.f('ck_export_run_digest_length')),
    sa.CheckConstraint('char_length(document) <= 16000', name=op.f('ck_export_run_document_length')),
    sa.CheckConstraint('char_length(failure) <= 64', name=op.f('ck_export_run_failure_length')),
    sa.CheckConstraint('char_length(failure_message) <= 8000', name=op.f('ck_export_run_failure_message_length')),
    sa.CheckConstraint('char_length(file) <= 400', name=op.f('ck_export_run_file_length')),
    sa.CheckConstraint('char_length(variables) <= 64000', name=op.f('ck_export_run_variables_length')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_export_run_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_export_run'))
    )
    op.create_index('ix_export_run_file', 'export_run', ['expires_at'], unique=False, postgresql_where=sa.text("status = 'SUCCEEDED'"))
    op.create_index('ix_export_run_open', 'export_run', ['queued_at', 'id'], unique=False, postgresql_where=sa.text("status IN ('QUEUED', 'RUNNING')"))
    op.create_index(op.f('ix_export_run_queued_at_id'), 'export_run', ['queued_at', 'id'], unique=False)
    op.create_index(op.f('ix_export_run_user_id'), 'export_run', ['user_id'], unique=False)
    op.create_table('fixed_asset',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the asset.'),
    sa.Column('name', sa.Text(), nullable=False, comment='What it is.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='What it is, in Chinese.'),
    sa.Column('account_id', sa.Uuid(), nullable=False, comment='The account its cost stands on.'),
    sa.Column('accumulated_account_id', sa.Uuid(), nullable=False, comment='The account that collects its depreciation.'),
    sa.Column('expense_account_id', sa.Uuid(), nullable=False, comment='The expense its depreciation is.'),
    sa.Column('cost_centre_id', sa.Uuid(), nullable=True, comment='The cost centre that bears its depreciation.'),
    sa.Column('in_service_on', sa.Date(), nullable=False, comment='First day in service.'),
    sa.Column('method', sa.Text(), server_default='STRAIGHT_LINE', nullable=False, comment='How it is written off.'),
    sa.Column('percent', sa.Numeric(precision=24, scale=10), nullable=True, comment='What of the value left a month writes off; declining assets only.'),
    sa.Column('capacity', sa.Numeric(precision=20, scale=6), nullable=True, comment='Units, or days, over which its basis is written off.'),
    sa.Column('used', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Units, or days, written off of that so far.'),
    sa.Column('basis', sa.Numeric(precision=20, scale=6), nullable=False, comment='What it was worth when its capacity began to count: its cost, or its value after the last change.'),
    sa.Column('disposed_on', sa.Date(), nullable=True, comment='Day it was sold or scrapped.'),
    sa.Column('residual', sa.Numeric(precision=20, scale=6), nullable=False, comment='What it will be worth at the end.'),
    sa.Column('months_total', sa.SmallInteger(), nullable=False, comment='Months over which it is written off.'),
    sa.Column('months_done', sa.SmallInteger(), server_default='0', nullable=False, comment='Months written off so far.'),
    sa.Column('monthly_amount', sa.Numeric(precision=20, scale=6), nullable=False, comment='What each month writes off until the last, which takes the rest.'),
    sa.Column('book_value', sa.Numeric(precision=20, scale=6), nullable=False, comment='What it is worth in the books now.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("(method = 'DECLINING') = (percent IS NOT NULL)", name=op.f('ck_fixed_asset_declining_has_a_percentage')),
    sa.CheckConstraint("(method IN ('DAYS', 'UNITS')) = (capacity IS NOT NULL)", name=op.f('ck_fixed_asset_shares_have_a_capacity')),
    sa.CheckConstraint("method IN ('STRAIGHT_LINE', 'DAYS', 'DECLINING', 'DOUBLE_DECLINING', 'UNITS')", name=op.f('ck_fixed_asset_method_known')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_fixed_asset_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_fixed_asset_name_zh_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_fixed_asset_number_length')),
    sa.CheckConstraint('months_total >= 1 AND months_done BETWEEN 0 AND months_total', name=op.f('ck_fixed_asset_months_of_its_life')),
    sa.CheckConstraint('residual >= 0', name=op.f('ck_fixed_asset_residual_not_negative')),
    sa.CheckConstraint('used BETWEEN 0 AND coalesce(capacity, 0)', name=op.f('ck_fixed_asset_used_within_capacity')),
    sa.ForeignKeyConstraint(['company_id', 'account_id'], ['account.company_id', 'account.id'], name=op.f('fk_fixed_asset_company_id_account_id')),
    sa.ForeignKeyConstraint(['company_id', 'accumulated_account_id'], ['account.company_id', 'account.id'], name=op.f('fk_fixed_asset_company_id_accumulated_account_id')),
    sa.ForeignKeyConstraint(['company_id', 'cost_centre_id'], ['cost_centre.company_id', 'cost_centre.id'], name=op.f('fk_fixed_asset_company_id_cost_centre_id')),
    sa.ForeignKeyConstraint(['company_id', 'expense_account_id'], ['account.company_id', 'account.id'], name=op.f('fk_fixed_asset_company_id_expense_account_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_fixed_asset_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_fixed_asset')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_fixed_asset_company_id_number'))
    )
    op.create_index(op.f('ix_fixed_asset_company_id_account_id'), 'fixed_asset', ['company_id', 'account_id'], unique=False)
    op.create_index(op.f('ix_fixed_asset_company_id_accumulated_account_id'), 'fixed_asset', ['company_id', 'accumulated_account_id'], unique=False)
    op.create_index(op.f('ix_fixed_asset_company_id_cost_centre_id'), 'fixed_asset', ['company_id', 'cost_centre_id'], unique=False)
    op.create_index(op.f('ix_fixed_asset_company_id_expense_account_id'), 'fixed_asset', ['company_id', 'expense_account_id'], unique=False)
    op.create_index(op.f('ix_fixed_asset_company_id_number_id'), 'fixed_asset', ['company_id', 'number', 'id'], unique=False)
    op.create_table('import_issue',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity, 0 for the group.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('import_run_id', sa.Uuid(), nullable=False, comment='The run.'),
    sa.Column('file', sa.Text(), nullable=False, comment='Name of the file.'),
    sa.Column('line', sa.Integer(), nullable=True, comment='1-based line of the file.'),
    sa.Column('column_name', sa.Text(), nullable=True, comment='Name of the column.'),
    sa.Column('value', sa.Text(), nullable=True, comment='The value, shortened.'),
    sa.Column('code', sa.Text(), nullable=False, comment='Stable code of the refusal or remark.'),
    sa.Column('message', sa.Text(), nullable=False, comment='What is wrong, in words.'),
    sa.Column('is_refusal', sa.Boolean(), nullable=False, comment='Whether it stopped the row; a remark did not.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_import_issue_code_length')),
    sa.CheckConstraint('char_length(column_name) <= 400', name=op.f('ck_import_issue_column_name_length')),
    sa.CheckConstraint('char_length(file) <= 400', name=op.f('ck_import_issue_file_length')),
    sa.CheckConstraint('char_length(message) <= 8000', name=op.f('ck_import_issue_message_length')),
    sa.CheckConstraint('char_length(value) <= 8000', name=op.f('ck_import_issue_value_length')),
    sa.ForeignKeyConstraint(['company_id', 'import_run_id'], ['import_run.company_id', 'import_run.id'], name=op.f('fk_import_issue_company_id_import_run_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_import_issue'))
    )
    op.create_index(op.f('ix_import_issue_company_id_import_run_id'), 'import_issue', ['company_id', 'import_run_id'], unique=False)
    op.create_table('item_cost',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='The item.'),
    sa.Column('standard_cost', sa.Numeric(precision=24, scale=10), nullable=False, comment='Standard cost of one unit.'),
    sa.Column('valid_from', sa.Date(), nullable=False, comment='First day of the cost.'),
    sa.Column('valid_to', sa.Date(), nullable=True, comment='Last day of the cost; none while it holds.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('standard_cost >= 0', name=op.f('ck_item_cost_standard_cost_not_negative')),
    sa.CheckConstraint('valid_to IS NULL OR valid_to >= valid_from', name=op.f('ck_item_cost_valid_period')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_item_cost_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_item_cost_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_item_cost')),
    sa.UniqueConstraint('company_id', 'item_id', 'valid_from', name=op.f('uq_item_cost_company_id_item_id_valid_from'))
    )
    op.create_index(op.f('ix_item_cost_company_id_item_id'), 'item_cost', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_item_cost_company_id_valid_from_id'), 'item_cost', ['company_id', 'valid_from', 'id'], unique=False)
    op.create_table('item_price',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='The item.'),
    sa.Column('currency', sa.Text(), nullable=False, comment='Currency of the price.'),
    sa.Column('list_price', sa.Numeric(precision=24, scale=10), nullable=False, comment='Price of one unit.'),
    sa.Column('valid_from', sa.Date(), nullable=False, comment='First day of the price.'),
    sa.Column('valid_to', sa.Date(), nullable=True, comment='Last day of the price; none while it holds.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_item_price_currency_length')),
    sa.CheckConstraint('list_price >= 0', name=op.f('ck_item_price_list_price_not_negative')),
    sa.CheckConstraint('valid_to IS NULL OR valid_to >= valid_from', name=op.f('ck_item_price_valid_period')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_item_price_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_item_price_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_item_price')),
    sa.UniqueConstraint('company_id', 'item_id', 'currency', 'valid_from', name=op.f('uq_item_price_company_id_item_id_currency_valid_from'))
    )
    op.create_index(op.f('ix_item_price_company_id_item_id'), 'item_price', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_item_price_company_id_valid_from_id'), 'item_price', ['company_id', 'valid_from', 'id'], unique=False)
    op.create_table('item_revision',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='The item.'),
    sa.Column('revision', sa.Text(), nullable=False, comment='Revision, such as B.'),
    sa.Column('valid_from', sa.Date(), nullable=False, comment='First day it is effective.'),
    sa.Column('valid_to', sa.Date(), nullable=True, comment='Last day it is effective.'),
    sa.Column('change_note', sa.Text(), nullable=True, comment='What changed.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('char_length(change_note) <= 8000', name=op.f('ck_item_revision_change_note_length')),
    sa.CheckConstraint('char_length(revision) <= 64', name=op.f('ck_item_revision_revision_length')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_item_revision_item_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_revision')),
    sa.UniqueConstraint('item_id', 'revision', name=op.f('uq_item_revision_item_id_revision'))
    )
    op.create_index(op.f('ix_item_revision_item_id'), 'item_revision', ['item_id'], unique=False)
    op.create_index(op.f('ix_item_revision_revision_id'), 'item_revision', ['revision', 'id'], unique=False)
    op.create_table('item_unit_conversion',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='The item the factor holds for.'),
    sa.Column('unit_id', sa.Uuid(), nullable=False, comment='The other unit.'),
    sa.Column('factor', sa.Numeric(precision=24, scale=10), nullable=False, comment="The item's own units in one of the other unit."),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('factor > 0', name=op.f('ck_item_unit_conversion_factor_positive')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_item_unit_conversion_item_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit_of_measure.id'], name=op.f('fk_item_unit_conversion_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_unit_conversion')),
    sa.UniqueConstraint('item_id', 'unit_id', name=op.f('uq_item_unit_conversion_item_id_unit_id'))
    )
    op.create_index(op.f('ix_item_unit_conversion_item_id'), 'item_unit_conversion', ['item_id'], unique=False)
    op.create_index(op.f('ix_item_unit_conversion_unit_id'), 'item_unit_conversion', ['unit_id'], unique=False)
    op.create_table('item_valuation',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What is valued.'),
    sa.Column('method', sa.Text(), nullable=False, comment='How the value of what leaves is found.'),
    sa.Column('area', sa.Text(), server_default='COMPANY', nullable=False, comment='Which places share one value.'),
    sa.Column('may_be_negative', sa.Boolean(), server_default='false', nullable=False, comment='Whether more may go out than is there.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("area IN ('COMPANY', 'SITE', 'LOCATION')", name=op.f('ck_item_valuation_area_known')),
    sa.CheckConstraint("method IN ('STANDARD', 'AVERAGE', 'FIFO', 'LOT')", name=op.f('ck_item_valuation_method_known')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_item_valuation_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_item_valuation_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_item_valuation')),
    sa.UniqueConstraint('company_id', 'item_id', name=op.f('uq_item_valuation_company_id_item_id'))
    )
    op.create_index(op.f('ix_item_valuation_company_id_item_id'), 'item_valuation', ['company_id', 'item_id'], unique=False)
    op.create_table('journal_entry',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Voucher number, without a gap in its company, period and kind.'),
    sa.Column('kind', sa.Text(), nullable=False, comment='The series the voucher belongs to.'),
    sa.Column('period_id', sa.Uuid(), nullable=False, comment='The general-ledger period the voucher counts in.'),
    sa.Column('occurred_on', sa.Date(), nullable=False, comment='The day the voucher counts from.'),
    sa.Column('posting_id', sa.Uuid(), nullable=False, comment='What the voucher shares with the goods posted in the same act.'),
    sa.Column('description', sa.Text(), nullable=True, comment='What the voucher records, in words.'),
    sa.Column('source_kind', sa.Text(), nullable=True, comment='Type of the document that caused it.'),
    sa.Column('source_id', sa.Uuid(), nullable=True, comment='Id of the document that caused it.'),
    sa.Column('source_number', sa.Text(), nullable=True, comment='Number of the document that caused it.'),
    sa.Column('reverses_id', sa.Uuid(), nullable=True, comment='The voucher that this one takes back.'),
    sa.Column('group_currency', sa.Text(), nullable=False, comment="Currency of the group's books."),
    sa.Column('group_rate', sa.Numeric(precision=24, scale=10), nullable=False, comment="Units of the group's currency for one of the company's."),
    sa.Column('group_rate_type', sa.Text(), nullable=True, comment="Which rate led to the group's currency; none where it is the company's own."),
    sa.Column('group_rate_source', sa.Text(), nullable=True, comment="Who published the rate to the group's currency."),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("group_rate_type IN ('SPOT', 'AVERAGE', 'CLOSING', 'GIVEN', 'HISTORIC')", name=op.f('ck_journal_entry_group_rate_type_known')),
    sa.CheckConstraint("kind IN ('GENERAL', 'STOCK', 'PURCHASE', 'SALES', 'BANK', 'OPENING', 'MATCHING', 'REVALUATION', 'CLOSING')", name=op.f('ck_journal_entry_kind_known')),
    sa.CheckConstraint('char_length(description) <= 400', name=op.f('ck_journal_entry_description_length')),
    sa.CheckConstraint('char_length(group_currency) <= 3', name=op.f('ck_journal_entry_group_currency_length')),
    sa.CheckConstraint('char_length(group_rate_source) <= 64', name=op.f('ck_journal_entry_group_rate_source_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_journal_entry_number_length')),
    sa.CheckConstraint('char_length(source_kind) <= 64', name=op.f('ck_journal_entry_source_kind_length')),
    sa.CheckConstraint('char_length(source_number) <= 64', name=op.f('ck_journal_entry_source_number_length')),
    sa.ForeignKeyConstraint(['company_id', 'period_id'], ['fiscal_period.company_id', 'fiscal_period.id'], name=op.f('fk_journal_entry_company_id_period_id')),
    sa.ForeignKeyConstraint(['company_id', 'reverses_id'], ['journal_entry.company_id', 'journal_entry.id'], name=op.f('fk_journal_entry_company_id_reverses_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_journal_entry_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_journal_entry')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_journal_entry_company_id_number'))
    )
    op.create_index(op.f('ix_journal_entry_company_id_number_id'), 'journal_entry', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_journal_entry_company_id_occurred_on_id'), 'journal_entry', ['company_id', 'occurred_on', 'id'], unique=False)
    op.create_index(op.f('ix_journal_entry_company_id_period_id'), 'journal_entry', ['company_id', 'period_id'], unique=False)
    op.create_index(op.f('ix_journal_entry_company_id_reverses_id'), 'journal_entry', ['company_id', 'reverses_id'], unique=False)
    op.create_index('ix_journal_entry_posting', 'journal_entry', ['company_id', 'posting_id'], unique=False)
    op.create_index('ix_journal_entry_source', 'journal_entry', ['company_id', 'source_id'], unique=False)
    op.create_index('uq_journal_entry_reversed_once', 'journal_entry', ['company_id', 'reverses_id'], unique=True, postgresql_where=sa.text('reverses_id IS NOT NULL'))
    op.create_table('lot',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Our number of the lot.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What the lot is of.'),
    sa.Column('supplier_lot', sa.Text(), nullable=True, comment="The supplier's number of the lot."),
    sa.Column('supplier_id', sa.Uuid(), nullable=True, comment='Who supplied the lot.'),
    sa.Column('manufacturer', sa.Text(), nullable=True, comment='Who made the lot.'),
    sa.Column('made_on', sa.Date(), nullable=True, comment='Day of manufacture.'),
    sa.Column('expires_on', sa.Date(), nullable=True, comment='Last day the lot may be used.'),
    sa.Column('udi', sa.Text(), nullable=True, comment='Unique device identifier, as on the label.'),
    sa.Column('status', sa.Text(), server_default='RELEASED', nullable=False, comment='Whether the lot may be used.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("status IN ('QUARANTINE', 'RELEASED', 'ON_HOLD', 'REJECTED', 'RECALLED', 'EXPIRED')", name=op.f('ck_lot_status_known')),
    sa.CheckConstraint('char_length(manufacturer) <= 400', name=op.f('ck_lot_manufacturer_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_lot_number_length')),
    sa.CheckConstraint('char_length(supplier_lot) <= 64', name=op.f('ck_lot_supplier_lot_length')),
    sa.CheckConstraint('char_length(udi) <= 200', name=op.f('ck_lot_udi_length')),
    sa.CheckConstraint('expires_on IS NULL OR made_on IS NULL OR expires_on >= made_on', name=op.f('ck_lot_expires_after_made')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_lot_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_lot_item_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['party.id'], name=op.f('fk_lot_supplier_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_lot')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_lot_company_id_number'))
    )
    op.create_index(op.f('ix_lot_company_id_item_id'), 'lot', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_lot_company_id_number_id'), 'lot', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_lot_company_id_supplier_id'), 'lot', ['company_id', 'supplier_id'], unique=False)
    op.create_table('open_item',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('kind', sa.Text(), nullable=False, comment='What it comes from.'),
    sa.Column('party_id', sa.Uuid(), nullable=False, comment='Who owes, or is owed.'),
    sa.Column('account_id', sa.Uuid(), nullable=False, comment='The control account it is part of.'),
    sa.Column('source_kind', sa.Text(), nullable=False, comment='Type of the document it comes from.'),
    sa.Column('source_id', sa.Uuid(), nullable=False, comment='Id of the document it comes from.'),
    sa.Column('source_number', sa.Text(), nullable=False, comment='Number of the document it comes from.'),
    sa.Column('instalment', sa.SmallInteger(), nullable=False, comment='Which instalment of the document, from 1.'),
    sa.Column('occurred_on', sa.Date(), nullable=False, comment='Day from which it counts.'),
    sa.Column('due_on', sa.Date(), nullable=False, comment='Day on which it is due.'),
    sa.Column('transaction_currency', sa.Text(), nullable=False, comment='Currency of the document.'),
    sa.Column('transaction_amount', sa.Numeric(precision=20, scale=6), nullable=False, comment="The whole amount in the document's currency."),
    sa.Column('amount', sa.Numeric(precision=20, scale=6), nullable=False, comment="The whole amount in the company's currency, at the rate of its day."),
    sa.Column('rate', sa.Numeric(precision=24, scale=10), nullable=False, comment="Units of the company's currency for one of the document's."),
    sa.Column('open_transaction_amount', sa.Numeric(precision=20, scale=6), nullable=False, comment='The part not matched yet.'),
    sa.Column('open_amount', sa.Numeric(precision=20, scale=6), nullable=False, comment="The part not matched yet in the company's currency, at the rate of its day; valuations not counted."),
    sa.Column('is_monetary', sa.Boolean(), server_default='true', nullable=False, comment='Whether period ends value it at the closing rate; a prepayment keeps the rate of its day.'),
    sa.Column('discount_percent', sa.Numeric(precision=24, scale=10), nullable=True, comment='What may be taken off for paying early.'),
    sa.Column('discount_until', sa.Date(), nullable=True, comment='Last day on which paying is early.'),
    sa.Column('blocked_reason', sa.Text(), nullable=True, comment='Why it must not be paid yet; none where it may be.'),
    sa.Column('dunning_level', sa.SmallInteger(), server_default='0', nullable=False, comment='How often payment was asked for; 0 not yet.'),
    sa.Column('dunned_on', sa.Date(), nullable=True, comment='Day payment was last asked for.'),
    sa.Column('pair_id', sa.Uuid(), nullable=True, comment='What it shares with the item in the books of the other company of the group; both change at once.'),
    sa.Column('partner_reference', sa.Text(), nullable=True, comment="The party's own number for the document, such as the supplier's invoice number."),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("kind IN ('INVOICE', 'CREDIT_NOTE', 'PAYMENT', 'PREPAYMENT')", name=op.f('ck_open_item_kind_known')),
    sa.CheckConstraint('char_length(blocked_reason) <= 400', name=op.f('ck_open_item_blocked_reason_length')),
    sa.CheckConstraint('char_length(partner_reference) <= 400', name=op.f('ck_open_item_partner_reference_length')),
    sa.CheckConstraint('char_length(source_kind) <= 64', name=op.f('ck_open_item_source_kind_length')),
    sa.CheckConstraint('char_length(source_number) <= 64', name=op.f('ck_open_item_source_number_length')),
    sa.CheckConstraint('char_length(transaction_currency) <= 3', name=op.f('ck_open_item_transaction_currency_length')),
    sa.CheckConstraint('open_transaction_amount <> 0 OR open_amount = 0', name=op.f('ck_open_item_closed_in_both_currencies')),
    sa.CheckConstraint('sign(transaction_amount) * open_transaction_amount BETWEEN 0 AND abs(transaction_amount)', name=op.f('ck_open_item_open_part_of_the_whole')),
    sa.CheckConstraint('transaction_amount <> 0', name=op.f('ck_open_item_amount_moves')),
    sa.ForeignKeyConstraint(['company_id', 'account_id'], ['account.company_id', 'account.id'], name=op.f('fk_open_item_company_id_account_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_open_item_company_id')),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('fk_open_item_party_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_open_item')),
    sa.UniqueConstraint('company_id', 'source_id', 'instalment', name=op.f('uq_open_item_company_id_source_id_instalment'))
    )
    op.create_index(op.f('ix_open_item_company_id_account_id'), 'open_item', ['company_id', 'account_id'], unique=False)
    op.create_index(op.f('ix_open_item_company_id_due_on_id'), 'open_item', ['company_id', 'due_on', 'id'], unique=False)
    op.create_index(op.f('ix_open_item_company_id_occurred_on_id'), 'open_item', ['company_id', 'occurred_on', 'id'], unique=False)
    op.create_index(op.f('ix_open_item_company_id_party_id'), 'open_item', ['company_id', 'party_id'], unique=False)
    op.create_index(op.f('ix_open_item_company_id_source_number_id'), 'open_item', ['company_id', 'source_number', 'id'], unique=False)
    op.create_index('ix_open_item_open', 'open_item', ['company_id', 'account_id', 'due_on'], unique=False, postgresql_where=sa.text('open_transaction_amount != 0'))
    op.create_index('ix_open_item_pair', 'open_item', ['company_id', 'pair_id'], unique=False, postgresql_where=sa.text('pair_id IS NOT NULL'))
    op.create_index('ix_open_item_party_open', 'open_item', ['company_id', 'party_id', 'due_on'], unique=False, postgresql_where=sa.text('open_transaction_amount != 0'))
    op.create_table('partner_link',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('user_id', sa.Uuid(), nullable=False, comment='Who acts for the partner.'),
    sa.Column('party_id', sa.Uuid(), nullable=False, comment='The party whose rows the user sees.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_partner_link_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_partner_link'))
    )
    op.create_index(op.f('ix_partner_link_user_id'), 'partner_link', ['user_id'], unique=False)
    op.create_index('uq_partner_link_user_id_party_id', 'partner_link', ['user_id', 'party_id'], unique=True)
    op.create_table('payment_proposal',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the run.'),
    sa.Column('status', sa.Text(), nullable=False, comment='Where the run stands.'),
    sa.Column('account_id', sa.Uuid(), nullable=False, comment='The bank account that pays.'),
    sa.Column('pay_on', sa.Date(), nullable=False, comment='Day the bank is to pay.'),
    sa.Column('currency', sa.Text(), nullable=False, comment='Currency of the payments.'),
    sa.Column('total', sa.Numeric(precision=20, scale=6), nullable=False, comment='What all payments come to.'),
    sa.Column('proposed_by', sa.Uuid(), nullable=False, comment='Who proposed it.'),
    sa.Column('approved_by', sa.Uuid(), nullable=True, comment='Who approved it.'),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True, comment='When it was approved.'),
    sa.Column('payment_file', sa.Text(), nullable=True, comment='The file for the bank, ISO 20022 pain.001, once it is executed.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("status IN ('PROPOSED', 'APPROVED', 'EXECUTED', 'CANCELLED')", name=op.f('ck_payment_proposal_status_known')),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_payment_proposal_currency_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_payment_proposal_number_length')),
    sa.CheckConstraint('char_length(payment_file) <= 4000000', name=op.f('ck_payment_proposal_payment_file_length')),
    sa.ForeignKeyConstraint(['company_id', 'account_id'], ['account.company_id', 'account.id'], name=op.f('fk_payment_proposal_company_id_account_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_payment_proposal_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_payment_proposal')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_payment_proposal_company_id_number'))
    )
    op.create_index(op.f('ix_payment_proposal_company_id_account_id'), 'payment_proposal', ['company_id', 'account_id'], unique=False)
    op.create_index(op.f('ix_payment_proposal_company_id_number_id'), 'payment_proposal', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_payment_proposal_company_id_pay_on_id'), 'payment_proposal', ['company_id', 'pay_on', 'id'], unique=False)
    op.create_table('payment_terms_instalment',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('payment_terms_id', sa.Uuid(), nullable=False, comment='The terms.'),
    sa.Column('position', sa.SmallInteger(), nullable=False, comment='Order of the instalment, from 1.'),
    sa.Column('share', sa.Text(), nullable=False, comment='Which part of the invoice it is.'),
    sa.Column('percent', sa.Numeric(precision=24, scale=10), nullable=True, comment='Percentage of the whole.'),
    sa.Column('fixed_amount', sa.Numeric(precision=20, scale=6), nullable=True, comment='Fixed amount.'),
    sa.Column('currency', sa.Text(), nullable=True, comment='Currency of the fixed amount.'),
    sa.Column('start', sa.Text(), server_default='INVOICE_DATE', nullable=False, comment='From when days are counted.'),
    sa.Column('months', sa.SmallInteger(), server_default='0', nullable=False, comment='Months added first.'),
    sa.Column('days', sa.SmallInteger(), server_default='0', nullable=False, comment='Days added then.'),
    sa.Column('fixed_day', sa.SmallInteger(), nullable=True, comment='Day of the month on which it falls due, the next one reached; 31 is the last.'),
    sa.Column('minimum_days', sa.SmallInteger(), server_default='0', nullable=False, comment='Days after the invoice that must pass at least.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("(share = 'FIXED') = (fixed_amount IS NOT NULL) AND (fixed_amount IS NULL) = (currency IS NULL)", name=op.f('ck_payment_terms_instalment_amount_of_a_fixed_instalment')),
    sa.CheckConstraint("(share = 'PERCENT') = (percent IS NOT NULL)", name=op.f('ck_payment_terms_instalment_percent_of_a_share')),
    sa.CheckConstraint("share IN ('PERCENT', 'FIXED', 'REMAINDER')", name=op.f('ck_payment_terms_instalment_share_known')),
    sa.CheckConstraint("start IN ('INVOICE_DATE', 'END_OF_MONTH')", name=op.f('ck_payment_terms_instalment_start_known')),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_payment_terms_instalment_currency_length')),
    sa.CheckConstraint('fixed_day BETWEEN 1 AND 31', name=op.f('ck_payment_terms_instalment_fixed_day_of_a_month')),
    sa.CheckConstraint('least(months, days, minimum_days) >= 0', name=op.f('ck_payment_terms_instalment_spans_not_negative')),
    sa.ForeignKeyConstraint(['company_id', 'payment_terms_id'], ['payment_terms.company_id', 'payment_terms.id'], name=op.f('fk_payment_terms_instalment_company_id_payment_terms_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_payment_terms_instalment_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_payment_terms_instalment')),
    sa.UniqueConstraint('company_id', 'payment_terms_id', 'position', name=op.f('uq_payment_terms_instalment_company_id_payment_terms_id_position'))
    )
    op.create_index(op.f('ix_payment_terms_instalment_company_id_payment_terms_id'), 'payment_terms_instalment', ['company_id', 'payment_terms_id'], unique=False)
    op.create_table('price_cap',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='The item.'),
    sa.Column('territory', sa.Text(), nullable=True, comment='Where it holds; everywhere unless given.'),
    sa.Column('source', sa.Text(), nullable=False, comment='The tender or rule that sets it.'),
    sa.Column('currency', sa.Text(), nullable=False, comment='Currency of the cap.'),
    sa.Column('unit_price', sa.Numeric(precision=24, scale=10), nullable=False, comment='The highest net price of one unit.'),
    sa.Column('valid_from', sa.Date(), nullable=False, comment='First day.'),
    sa.Column('valid_to', sa.Date(), nullable=True, comment='Last day; none while it holds.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_price_cap_currency_length')),
    sa.CheckConstraint('char_length(source) <= 400', name=op.f('ck_price_cap_source_length')),
    sa.CheckConstraint('char_length(territory) <= 400', name=op.f('ck_price_cap_territory_length')),
    sa.CheckConstraint('unit_price > 0', name=op.f('ck_price_cap_unit_price_positive')),
    sa.CheckConstraint('valid_to IS NULL OR valid_to >= valid_from', name=op.f('ck_price_cap_valid_period')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_price_cap_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_price_cap_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_price_cap'))
    )
    op.create_index(op.f('ix_price_cap_company_id_item_id'), 'price_cap', ['company_id', 'item_id'], unique=False)
    op.create_table('price_list_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('price_list_id', sa.Uuid(), nullable=False, comment='The list.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='The item.'),
    sa.Column('quantity_min', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='From this ordered quantity on.'),
    sa.Column('currency', sa.Text(), nullable=False, comment='Currency of the price: that of its list.'),
    sa.Column('unit_price', sa.Numeric(precision=24, scale=10), nullable=False, comment='Net price of one unit.'),
    sa.Column('valid_from', sa.Date(), nullable=False, comment='First day.'),
    sa.Column('valid_to', sa.Date(), nullable=True, comment='Last day; none while it holds.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_price_list_line_currency_length')),
    sa.CheckConstraint('quantity_min >= 0', name=op.f('ck_price_list_line_quantity_min_not_negative')),
    sa.CheckConstraint('unit_price >= 0', name=op.f('ck_price_list_line_unit_price_not_negative')),
    sa.CheckConstraint('valid_to IS NULL OR valid_to >= valid_from', name=op.f('ck_price_list_line_valid_period')),
    sa.ForeignKeyConstraint(['company_id', 'price_list_id'], ['price_list.company_id', 'price_list.id'], name=op.f('fk_price_list_line_company_id_price_list_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_price_list_line_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_price_list_line_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_price_list_line')),
    sa.UniqueConstraint('company_id', 'price_list_id', 'item_id', 'quantity_min', 'valid_from', name=op.f('uq_price_list_line_company_id_price_list_id_item_id_quantity_min_valid_from'))
    )
    op.create_index(op.f('ix_price_list_line_company_id_item_id'), 'price_list_line', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_price_list_line_company_id_price_list_id'), 'price_list_line', ['company_id', 'price_list_id'], unique=False)
    op.create_table('product_registration',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the certificate.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What may be sold.'),
    sa.Column('country', sa.Text(), nullable=False, comment='Where it may be sold.'),
    sa.Column('authority', sa.Text(), nullable=False, comment='Who registered it.'),
    sa.Column('valid_from', sa.Date(), nullable=False, comment='First day.'),
    sa.Column('valid_to', sa.Date(), nullable=False, comment='Last day.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('char_length(authority) <= 400', name=op.f('ck_product_registration_authority_length')),
    sa.CheckConstraint('char_length(country) <= 2', name=op.f('ck_product_registration_country_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_product_registration_number_length')),
    sa.CheckConstraint('valid_to >= valid_from', name=op.f('ck_product_registration_valid_period')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_product_registration_item_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_registration')),
    sa.UniqueConstraint('number', name=op.f('uq_product_registration_number'))
    )
    op.create_index(op.f('ix_product_registration_item_id'), 'product_registration', ['item_id'], unique=False)
    op.create_index(op.f('ix_product_registration_number_id'), 'product_registration', ['number', 'id'], unique=False)
    op.create_index(op.f('ix_product_registration_valid_to_id'), 'product_registration', ['valid_to', 'id'], unique=False)
    op.create_table('purchase_agreement_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('purchase_agreement_id', sa.Uuid(), nullable=False, comment='The agreement.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place on the agreement.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What is agreed.'),
    sa.Column('agreed_quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='How much in all.'),
    sa.Column('called_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='What orders that were not rejected want of it.'),
    sa.Column('remaining_quantity', sa.Numeric(precision=20, scale=6), sa.Computed('agreed_quantity - called_quantity', persisted=True), nullable=False, comment='What may still be called off.'),
    sa.Column('unit_price', sa.Numeric(precision=24, scale=10), nullable=False, comment='Net price of one unit.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('agreed_quantity > 0', name=op.f('ck_purchase_agreement_line_agreed_positive')),
    sa.CheckConstraint('called_quantity BETWEEN 0 AND agreed_quantity', name=op.f('ck_purchase_agreement_line_called_was_agreed')),
    sa.CheckConstraint('unit_price >= 0', name=op.f('ck_purchase_agreement_line_unit_price_not_negative')),
    sa.ForeignKeyConstraint(['company_id', 'purchase_agreement_id'], ['purchase_agreement.company_id', 'purchase_agreement.id'], name=op.f('fk_purchase_agreement_line_company_id_purchase_agreement_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_purchase_agreement_line_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_purchase_agreement_line_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_purchase_agreement_line')),
    sa.UniqueConstraint('company_id', 'purchase_agreement_id', 'position', name=op.f('uq_purchase_agreement_line_company_id_purchase_agreement_id_position'))
    )
    op.create_index(op.f('ix_purchase_agreement_line_company_id_item_id'), 'purchase_agreement_line', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_purchase_agreement_line_company_id_purchase_agreement_id'), 'purchase_agreement_line', ['company_id', 'purchase_agreement_id'], unique=False)
    op.create_table('receiving_rule',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='The item.'),
    sa.Column('needs_supplier_lot', sa.Boolean(), server_default='false', nullable=False, comment="Whether the supplier's lot must be known."),
    sa.Column('needs_manufacturer', sa.Boolean(), server_default='false', nullable=False, comment='Whether who made it must be known.'),
    sa.Column('needs_made_on', sa.Boolean(), server_default='false', nullable=False, comment='Whether the day of manufacture must be known.'),
    sa.Column('needs_expires_on', sa.Boolean(), server_default='false', nullable=False, comment='Whether the last day of use must be known.'),
    sa.Column('needs_udi', sa.Boolean(), server_default='false', nullable=False, comment='Whether the device identifier on the label must be known.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_receiving_rule_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_receiving_rule_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_receiving_rule')),
    sa.UniqueConstraint('company_id', 'item_id', name=op.f('uq_receiving_rule_company_id_item_id'))
    )
    op.create_index(op.f('ix_receiving_rule_company_id_item_id'), 'receiving_rule', ['company_id', 'item_id'], unique=False)
    op.create_table('role_assignment',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('user_id', sa.Uuid(), nullable=False, comment='Who holds the role.'),
    sa.Column('role', sa.Text(), nullable=False, comment='The role, as the policy names it.'),
    sa.Column('company_number', sa.SmallInteger(), nullable=False, comment='Company where it is held; 0: the group and every company.'),
    sa.Column('valid_from_at', sa.DateTime(timezone=True), nullable=False, comment='From when the role is held.'),
    sa.Column('valid_to_at', sa.DateTime(timezone=True), nullable=True, comment='When it ends; empty while it has no end.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('char_length(role) <= 64', name=op.f('ck_role_assignment_role_length')),
    sa.CheckConstraint('valid_to_at IS NULL OR valid_to_at >= valid_from_at', name=op.f('ck_role_assignment_valid_to_after_from')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_role_assignment_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_assignment'))
    )
    op.create_index(op.f('ix_role_assignment_user_id'), 'role_assignment', ['user_id'], unique=False)
    op.create_index('uq_role_assignment_open', 'role_assignment', ['user_id', 'role', 'company_number'], unique=True, postgresql_where=sa.text('valid_to_at IS NULL'))
    op.create_table('sign_in',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('user_id', sa.Uuid(), nullable=False, comment='Who signed in.'),
    sa.Column('client', sa.Text(), nullable=False, comment='The application that signed in.'),
    sa.Column('address', sa.Text(), nullable=True, comment='Network address it came from.'),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False, comment='Until when its tokens can be renewed.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('char_length(address) <= 64', name=op.f('ck_sign_in_address_length')),
    sa.CheckConstraint('char_length(client) <= 64', name=op.f('ck_sign_in_client_length')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_sign_in_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in'))
    )
    op.create_index(op.f('ix_sign_in_user_id'), 'sign_in', ['user_id'], unique=False)
    op.create_table('site',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('code', sa.Text(), nullable=False, comment='Short code of the site.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name of the site.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='Name in Chinese.'),
    sa.Column('address_id', sa.Uuid(), nullable=True, comment='Where the site stands.'),
    sa.Column('calendar_id', sa.Uuid(), nullable=True, comment='Working days and shifts of the site.'),
    sa.Column('is_active', sa.Boolean(), server_default='true', nullable=False, comment='Whether new documents may name the site.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_site_code_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_site_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_site_name_zh_length')),
    sa.ForeignKeyConstraint(['address_id'], ['address.id'], name=op.f('fk_site_address_id')),
    sa.ForeignKeyConstraint(['calendar_id'], ['work_calendar.id'], name=op.f('fk_site_calendar_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_site_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_site')),
    sa.UniqueConstraint('company_id', 'code', name=op.f('uq_site_company_id_code'))
    )
    op.create_index(op.f('ix_site_company_id_address_id'), 'site', ['company_id', 'address_id'], unique=False)
    op.create_index(op.f('ix_site_company_id_calendar_id'), 'site', ['company_id', 'calendar_id'], unique=False)
    op.create_index(op.f('ix_site_company_id_code_id'), 'site', ['company_id', 'code', 'id'], unique=False)
    op.create_index(op.f('ix_site_company_id_name_id'), 'site', ['company_id', 'name', 'id'], unique=False)
    op.create_table('site_restriction',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('user_id', sa.Uuid(), nullable=False, comment='Who is restricted.'),
    sa.Column('site_id', sa.Uuid(), nullable=False, comment='The site whose rows the user sees.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_site_restriction_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_site_restriction'))
    )
    op.create_index(op.f('ix_site_restriction_user_id'), 'site_restriction', ['user_id'], unique=False)
    op.create_index('uq_site_restriction_user_id_site_id', 'site_restriction', ['user_id', 'site_id'], unique=True)
    op.create_table('stock_profit_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('consolidation_run_id', sa.Uuid(), nullable=False, comment='The run.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place in the run.'),
    sa.Column('held_on', sa.Date(), nullable=False, comment='The day whose stock it is of: the last of the span, or the last before it.'),
    sa.Column('seller_id', sa.Uuid(), nullable=False, comment='The company that earned it.'),
    sa.Column('holder_id', sa.Uuid(), nullable=False, comment='The company that has the goods.'),
    sa.Column('seller_code', sa.Text(), nullable=False, comment='Code of the seller.'),
    sa.Column('holder_code', sa.Text(), nullable=False, comment='Code of the holder.'),
    sa.Column('item_id', sa.Uuid(), nullable=True, comment='What is held.'),
    sa.Column('trade_number', sa.Text(), nullable=True, comment='The trade it was sold with, as the seller numbers it.'),
    sa.Column('traded_on', sa.Date(), nullable=True, comment='Day of the trade.'),
    sa.Column('layer_id', sa.Uuid(), nullable=True, comment="The stock entry by which it came to the buyer; its value layers are the buyer's."),
    sa.Column('lot_number', sa.Text(), nullable=True, comment='The lot.'),
    sa.Column('quantity', sa.Numeric(precision=20, scale=6), nullable=True, comment='What was sold.'),
    sa.Column('remaining_quantity', sa.Numeric(precision=20, scale=6), nullable=True, comment='What of it the holder has.'),
    sa.Column('currency', sa.Text(), nullable=False, comment="Currency of the seller's books."),
    sa.Column('net_amount', sa.Numeric(precision=20, scale=6), nullable=True, comment="What the seller earned for the quantity sold, as far as the buyer's stock took it in."),
    sa.Column('cost_amount', sa.Numeric(precision=20, scale=6), nullable=True, comment='What the quantity sold had cost the seller, late costs up to the day included.'),
    sa.Column('rate', sa.Numeric(precision=24, scale=10), nullable=True, comment="Units of the group's currency for one of the seller's on the day of the trade."),
    sa.Column('amount', sa.Numeric(precision=20, scale=6), nullable=False, comment="The profit, in the group's currency."),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('(trade_number IS NULL) = (item_id IS NULL)', name=op.f('ck_stock_profit_line_trade_has_an_item')),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_stock_profit_line_currency_length')),
    sa.CheckConstraint('char_length(holder_code) <= 64', name=op.f('ck_stock_profit_line_holder_code_length')),
    sa.CheckConstraint('char_length(lot_number) <= 64', name=op.f('ck_stock_profit_line_lot_number_length')),
    sa.CheckConstraint('char_length(seller_code) <= 64', name=op.f('ck_stock_profit_line_seller_code_length')),
    sa.CheckConstraint('char_length(trade_number) <= 64', name=op.f('ck_stock_profit_line_trade_number_length')),
    sa.ForeignKeyConstraint(['company_id', 'consolidation_run_id'], ['consolidation_run.company_id', 'consolidation_run.id'], name=op.f('fk_stock_profit_line_company_id_consolidation_run_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_stock_profit_line_company_id')),
    sa.ForeignKeyConstraint(['holder_id'], ['company.id'], name=op.f('fk_stock_profit_line_holder_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_stock_profit_line_item_id')),
    sa.ForeignKeyConstraint(['seller_id'], ['company.id'], name=op.f('fk_stock_profit_line_seller_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_stock_profit_line')),
    sa.UniqueConstraint('company_id', 'consolidation_run_id', 'position', name=op.f('uq_stock_profit_line_company_id_consolidation_run_id_position'))
    )
    op.create_index(op.f('ix_stock_profit_line_company_id_consolidation_run_id'), 'stock_profit_line', ['company_id', 'consolidation_run_id'], unique=False)
    op.create_index(op.f('ix_stock_profit_line_company_id_held_on_id'), 'stock_profit_line', ['company_id', 'held_on', 'id'], unique=False)
    op.create_index(op.f('ix_stock_profit_line_company_id_holder_id'), 'stock_profit_line', ['company_id', 'holder_id'], unique=False)
    op.create_index(op.f('ix_stock_profit_line_company_id_item_id'), 'stock_profit_line', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_stock_profit_line_company_id_seller_id'), 'stock_profit_line', ['company_id', 'seller_id'], unique=False)
    op.create_table('stock_reservation',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the reservation.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What is promised.'),
    sa.Column('status', sa.Text(), nullable=False, comment='Where the reservation is in its flow.'),
    sa.Column('quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='How much is promised.'),
    sa.Column('fulfilled_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='How much of it has gone out.'),
    sa.Column('delivery_on', sa.Date(), nullable=False, comment='Day of delivery that it is promised for.'),
    sa.Column('remaining_days_min', sa.Integer(), server_default='0', nullable=False, comment='Days that the goods must still be usable on the day of delivery.'),
    sa.Column('source_kind', sa.Text(), nullable=True, comment='Type of the document line that it is for.'),
    sa.Column('source_id', sa.Uuid(), nullable=True, comment='Id of the document line that it is for.'),
    sa.Column('source_number', sa.Text(), nullable=True, comment='Number of the document that it is for.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("(status = 'FULFILLED') = (fulfilled_quantity = quantity)", name=op.f('ck_stock_reservation_fulfilled_is_all')),
    sa.CheckConstraint("status IN ('ACTIVE', 'FULFILLED', 'RELEASED')", name=op.f('ck_stock_reservation_status_known')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_stock_reservation_number_length')),
    sa.CheckConstraint('char_length(source_kind) <= 64', name=op.f('ck_stock_reservation_source_kind_length')),
    sa.CheckConstraint('char_length(source_number) <= 64', name=op.f('ck_stock_reservation_source_number_length')),
    sa.CheckConstraint('fulfilled_quantity <= quantity', name=op.f('ck_stock_reservation_fulfilled_within_reserved')),
    sa.CheckConstraint('fulfilled_quantity >= 0', name=op.f('ck_stock_reservation_fulfilled_not_negative')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_stock_reservation_quantity_positive')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_stock_reservation_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_stock_reservation_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_stock_reservation')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_stock_reservation_company_id_number'))
    )
    op.create_index(op.f('ix_stock_reservation_company_id_delivery_on_id'), 'stock_reservation', ['company_id', 'delivery_on', 'id'], unique=False)
    op.create_index(op.f('ix_stock_reservation_company_id_item_id'), 'stock_reservation', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_stock_reservation_company_id_number_id'), 'stock_reservation', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_stock_reservation_company_id_status_id'), 'stock_reservation', ['company_id', 'status', 'id'], unique=False)
    op.create_index('ix_stock_reservation_source', 'stock_reservation', ['company_id', 'source_id'], unique=False)
    op.create_table('supplier_item',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What is offered.'),
    sa.Column('supplier_id', sa.Uuid(), nullable=False, comment='Who offers it.'),
    sa.Column('lead_days', sa.Integer(), nullable=False, comment='Usual days from order to delivery.'),
    sa.Column('order_quantity_min', sa.Numeric(precision=20, scale=6), nullable=True, comment='Smallest quantity of an order.'),
    sa.Column('order_quantity_max', sa.Numeric(precision=20, scale=6), nullable=True, comment='Largest quantity of an order.'),
    sa.Column('on_order_quantity', sa.Numeric(precision=20, scale=6), nullable=True, comment='Quantity on order when the terms were last brought up to date.'),
    sa.Column('over_receipt_percent', sa.Numeric(precision=24, scale=10), server_default='0', nullable=False, comment='How much more than ordered the supplier may deliver, in percent of the order.'),
    sa.Column('unit', sa.Text(), nullable=False, comment='Unit the supplier sells in.'),
    sa.Column('currency', sa.Text(), nullable=False, comment='Currency of the prices.'),
    sa.Column('standard_price', sa.Numeric(precision=24, scale=10), nullable=False, comment='Usual price of one unit.'),
    sa.Column('last_price', sa.Numeric(precision=24, scale=10), nullable=True, comment='Price of one unit at the last receipt.'),
    sa.Column('last_received_on', sa.Date(), nullable=True, comment='Day of the last receipt.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_supplier_item_currency_length')),
    sa.CheckConstraint('char_length(unit) <= 64', name=op.f('ck_supplier_item_unit_length')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_supplier_item_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_supplier_item_item_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['party.id'], name=op.f('fk_supplier_item_supplier_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_supplier_item')),
    sa.UniqueConstraint('company_id', 'item_id', 'supplier_id', name=op.f('uq_supplier_item_company_id_item_id_supplier_id'))
    )
    op.create_index(op.f('ix_supplier_item_company_id_item_id'), 'supplier_item', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_supplier_item_company_id_supplier_id'), 'supplier_item', ['company_id', 'supplier_id'], unique=False)
    op.create_table('tax_rule',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('tax_code_id', sa.Uuid(), nullable=False, comment='The code the rule belongs to.'),
    sa.Column('position', sa.SmallInteger(), nullable=False, comment='Order of computing within the code, from 1.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name of the tax.'),
    sa.Column('kind', sa.Text(), nullable=False, comment='What the tax is before the law.'),
    sa.Column('method', sa.Text(), nullable=False, comment='How it is computed.'),
    sa.Column('percent', sa.Numeric(precision=24, scale=10), nullable=True, comment='Share in percent; may be negative.'),
    sa.Column('unit_amount', sa.Numeric(precision=20, scale=6), nullable=True, comment='Amount for one unit.'),
    sa.Column('currency', sa.Text(), nullable=True, comment='Currency of the amount for one unit.'),
    sa.Column('sales_role', sa.Text(), nullable=False, comment='The account it lands on when we sell.'),
    sa.Column('purchase_role', sa.Text(), nullable=True, comment='The account it is deducted on when we buy; none where it becomes part of the cost.'),
    sa.Column('valid_from', sa.Date(), nullable=False, comment='First day it holds.'),
    sa.Column('valid_to', sa.Date(), nullable=True, comment='Last day it holds.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("(method = 'FIXED_PER_UNIT') = (percent IS NULL)", name=op.f('ck_tax_rule_percent_of_other_tax')),
    sa.CheckConstraint("(method = 'FIXED_PER_UNIT') = (unit_amount IS NOT NULL) AND (unit_amount IS NULL) = (currency IS NULL)", name=op.f('ck_tax_rule_unit_amount_of_fixed_tax')),
    sa.CheckConstraint("kind IN ('VAT', 'LEVY', 'EXCISE', 'WITHHOLDING')", name=op.f('ck_tax_rule_kind_known')),
    sa.CheckConstraint("method IN ('PERCENT', 'COMPOUND', 'FIXED_PER_UNIT')", name=op.f('ck_tax_rule_method_known')),
    sa.CheckConstraint("purchase_role IN ('STOCK', 'GR_IR', 'PURCHASE_PRICE_VARIANCE', 'STOCK_REVALUATION', 'STOCK_ADJUSTMENT', 'OPENING_BALANCE', 'MIGRATION_DIFFERENCE', 'ROUNDING', 'COST_OF_SALES', 'WORK_IN_PROCESS', 'SCRAP', 'LANDED_COST', 'RECEIVABLE', 'PAYABLE', 'TAX_INPUT', 'TAX_OUTPUT', 'BANK', 'REVENUE', 'EXCHANGE_DIFFERENCE', 'RETAINED_EARNINGS', 'CUSTOMER_PREPAYMENT', 'SUPPLIER_PREPAYMENT', 'TAX_LEVY', 'TAX_WITHHELD_BY_CUSTOMERS', 'TAX_WITHHELD_FROM_SUPPLIERS', 'DISCOUNT_GIVEN', 'DISCOUNT_TAKEN', 'PAYMENT_DIFFERENCE')", name=op.f('ck_tax_rule_purchase_role_known')),
    sa.CheckConstraint("sales_role IN ('STOCK', 'GR_IR', 'PURCHASE_PRICE_VARIANCE', 'STOCK_REVALUATION', 'STOCK_ADJUSTMENT', 'OPENING_BALANCE', 'MIGRATION_DIFFERENCE', 'ROUNDING', 'COST_OF_SALES', 'WORK_IN_PROCESS', 'SCRAP', 'LANDED_COST', 'RECEIVABLE', 'PAYABLE', 'TAX_INPUT', 'TAX_OUTPUT', 'BANK', 'REVENUE', 'EXCHANGE_DIFFERENCE', 'RETAINED_EARNINGS', 'CUSTOMER_PREPAYMENT', 'SUPPLIER_PREPAYMENT', 'TAX_LEVY', 'TAX_WITHHELD_BY_CUSTOMERS', 'TAX_WITHHELD_FROM_SUPPLIERS', 'DISCOUNT_GIVEN', 'DISCOUNT_TAKEN', 'PAYMENT_DIFFERENCE')", name=op.f('ck_tax_rule_sales_role_known')),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_tax_rule_currency_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_tax_rule_name_length')),
    sa.CheckConstraint('valid_to IS NULL OR valid_to >= valid_from', name=op.f('ck_tax_rule_span_positive')),
    sa.ForeignKeyConstraint(['company_id', 'tax_code_id'], ['tax_code.company_id', 'tax_code.id'], name=op.f('fk_tax_rule_company_id_tax_code_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_tax_rule_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_tax_rule')),
    sa.UniqueConstraint('company_id', 'tax_code_id', 'position', 'valid_from', name=op.f('uq_tax_rule_company_id_tax_code_id_position_valid_from'))
    )
    op.create_index(op.f('ix_tax_rule_company_id_tax_code_id'), 'tax_rule', ['company_id', 'tax_code_id'], unique=False)
    op.create_table('token_revocation',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('user_id', sa.Uuid(), nullable=False, comment='Whose tokens.'),
    sa.Column('token_id', sa.Uuid(), nullable=True, comment='The token; empty: all issued to the user until then.'),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=False, comment='From when it no longer counts.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_token_revocation_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_token_revocation'))
    )
    op.create_index(op.f('ix_token_revocation_user_id'), 'token_revocation', ['user_id'], unique=False)
    op.create_table('user_identity',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('user_id', sa.Uuid(), nullable=False, comment='Whom the subject stands for.'),
    sa.Column('issuer', sa.Text(), nullable=False, comment='The issuer, exactly as its tokens name it.'),
    sa.Column('subject', sa.Text(), nullable=False, comment="The subject, exactly as the issuer's tokens name it."),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('char_length(issuer) <= 400', name=op.f('ck_user_identity_issuer_length')),
    sa.CheckConstraint('char_length(subject) <= 400', name=op.f('ck_user_identity_subject_length')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_user_identity_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_identity'))
    )
    op.create_index(op.f('ix_user_identity_user_id'), 'user_identity', ['user_id'], unique=False)
    op.create_index('uq_user_identity_live', 'user_identity', ['issuer', 'subject'], unique=True, postgresql_where=sa.text('archived_at IS NULL'))
    op.create_table('user_password',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('user_id', sa.Uuid(), nullable=False, comment='Whose password.'),
    sa.Column('hash', sa.Text(), nullable=False, comment='Argon2id hash in PHC form.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('char_length(hash) <= 400', name=op.f('ck_user_password_hash_length')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_user_password_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_password'))
    )
    op.create_index(op.f('ix_user_password_user_id'), 'user_password', ['user_id'], unique=False)
    op.create_index('uq_user_password_user_id', 'user_password', ['user_id'], unique=True)
    op.create_table('value_turnover',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What is valued.'),
    sa.Column('site_id', sa.Uuid(), nullable=True, comment='Valuation area where it is a site; empty where it is the company.'),
    sa.Column('grain', sa.Text(), nullable=False, comment='The span that is covered.'),
    sa.Column('starts_on', sa.Date(), nullable=False, comment='First day of the span.'),
    sa.Column('is_folded', sa.Boolean(), server_default='false', nullable=False, comment="Whether the job has made one row of the key's rows; a posting appends false."),
    sa.Column('quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='Change of the quantity that is valued.'),
    sa.Column('gained', sa.Numeric(precision=20, scale=6), nullable=False, comment='Value gained.'),
    sa.Column('lost', sa.Numeric(precision=20, scale=6), nullable=False, comment='Value lost, as a positive amount.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("grain IN ('DAY', 'MONTH')", name=op.f('ck_value_turnover_grain_known')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_value_turnover_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_value_turnover_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_value_turnover'))
    )
    op.create_index(op.f('ix_value_turnover_company_id_item_id'), 'value_turnover', ['company_id', 'item_id'], unique=False)
    op.create_index('ix_value_turnover_fresh', 'value_turnover', ['company_id'], unique=False, postgresql_where=sa.text('NOT is_folded'))
    op.create_index('ix_value_turnover_span', 'value_turnover', ['company_id', 'grain', 'starts_on'], unique=False)
    op.create_table('webhook_subscription',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('user_id', sa.Uuid(), nullable=False, comment='Whose grants decide what is sent.'),
    sa.Column('name', sa.Text(), nullable=False, comment='What the subscription is for.'),
    sa.Column('event', sa.Text(), nullable=False, comment='The event that is told, such as PurchaseOrderApproved.'),
    sa.Column('url', sa.Text(), nullable=False, comment='Where messages are posted.'),
    sa.Column('document', sa.Text(), nullable=False, comment="The query that reads each message's payload; $id is the record."),
    sa.Column('scopes', postgresql.ARRAY(sa.Text()), nullable=False, comment='The roles its owner used to make it: no others count for it.'),
    sa.Column('status', sa.Text(), nullable=False, comment='Whether it is served.'),
    sa.Column('suspension_reason', sa.Text(), nullable=True, comment='Why the system stopped sending.'),
    sa.Column('suspended_at', sa.DateTime(timezone=True), nullable=True, comment='When the system stopped sending.'),
    sa.Column('secret_generation', sa.Integer(), server_default='1', nullable=False, comment='Counts the secrets: the current one follows from this number.'),
    sa.Column('previous_secret_until_at', sa.DateTime(timezone=True), nullable=True, comment='Until when messages are signed with the secret before, too.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("(status = 'SUSPENDED') = (suspension_reason IS NOT NULL)", name=op.f('ck_webhook_subscription_suspended_with_reason')),
    sa.CheckConstraint("status IN ('ACTIVE', 'PAUSED', 'SUSPENDED')", name=op.f('ck_webhook_subscription_status_known')),
    sa.CheckConstraint("suspension_reason IN ('OWNER_INACTIVE', 'NOT_PERMITTED', 'DOCUMENT_REFUSED', 'RECEIVER_GONE', 'BACKLOG_TOO_LONG')", name=op.f('ck_webhook_subscription_suspension_reason_known')),
    sa.CheckConstraint('char_length(document) <= 16000', name=op.f('ck_webhook_subscription_document_length')),
    sa.CheckConstraint('char_length(event) <= 64', name=op.f('ck_webhook_subscription_event_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_webhook_subscription_name_length')),
    sa.CheckConstraint('char_length(url) <= 2000', name=op.f('ck_webhook_subscription_url_length')),
    sa.CheckConstraint('secret_generation > 0', name=op.f('ck_webhook_subscription_secret_generation_positive')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_webhook_subscription_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_subscription'))
    )
    op.create_index('ix_webhook_subscription_served', 'webhook_subscription', ['event'], unique=False, postgresql_where=sa.text("archived_at IS NULL AND status <> 'SUSPENDED'"))
    op.create_index(op.f('ix_webhook_subscription_user_id'), 'webhook_subscription', ['user_id'], unique=False)
    op.create_table('allocation_receiver',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('allocation_cycle_id', sa.Uuid(), nullable=False, comment='The cycle.'),
    sa.Column('position', sa.SmallInteger(), nullable=False, comment='Order of the receiver, from 1.'),
    sa.Column('cost_centre_id', sa.Uuid(), nullable=False, comment='The cost centre that receives.'),
    sa.Column('percent', sa.Numeric(precision=24, scale=10), nullable=False, comment='Its share in percent.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('percent > 0 AND percent <= 100', name=op.f('ck_allocation_receiver_percent_is_a_share')),
    sa.ForeignKeyConstraint(['company_id', 'allocation_cycle_id'], ['allocation_cycle.company_id', 'allocation_cycle.id'], name=op.f('fk_allocation_receiver_company_id_allocation_cycle_id')),
    sa.ForeignKeyConstraint(['company_id', 'cost_centre_id'], ['cost_centre.company_id', 'cost_centre.id'], name=op.f('fk_allocation_receiver_company_id_cost_centre_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_allocation_receiver_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_allocation_receiver')),
    sa.UniqueConstraint('company_id', 'allocation_cycle_id', 'cost_centre_id', name=op.f('uq_allocation_receiver_company_id_allocation_cycle_id_cost_centre_id')),
    sa.UniqueConstraint('company_id', 'allocation_cycle_id', 'position', name=op.f('uq_allocation_receiver_company_id_allocation_cycle_id_position'))
    )
    op.create_index(op.f('ix_allocation_receiver_company_id_allocation_cycle_id'), 'allocation_receiver', ['company_id', 'allocation_cycle_id'], unique=False)
    op.create_index(op.f('ix_allocation_receiver_company_id_cost_centre_id'), 'allocation_receiver', ['company_id', 'cost_centre_id'], unique=False)
    op.create_table('approved_supplier',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What may be bought.'),
    sa.Column('supplier_id', sa.Uuid(), nullable=False, comment='From whom.'),
    sa.Column('site_id', sa.Uuid(), nullable=True, comment='The site that it may be delivered to; every site where there is none.'),
    sa.Column('valid_from', sa.Date(), nullable=False, comment='First day of an order.'),
    sa.Column('valid_to', sa.Date(), nullable=True, comment='Last day of an order; no end where there is none.'),
    sa.Column('evidence', sa.Text(), nullable=False, comment='What shows that it may: certificate, audit, first article, each with its number and day.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(evidence) <= 400', name=op.f('ck_approved_supplier_evidence_length')),
    sa.CheckConstraint('valid_to >= valid_from', name=op.f('ck_approved_supplier_span_positive')),
    sa.ForeignKeyConstraint(['company_id', 'site_id'], ['site.company_id', 'site.id'], name=op.f('fk_approved_supplier_company_id_site_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_approved_supplier_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_approved_supplier_item_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['party.id'], name=op.f('fk_approved_supplier_supplier_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_approved_supplier')),
    sa.UniqueConstraint('company_id', 'item_id', 'supplier_id', 'site_id', 'valid_from', name=op.f('uq_approved_supplier_company_id_item_id_supplier_id_site_id_valid_from'), postgresql_nulls_not_distinct=True)
    )
    op.create_index(op.f('ix_approved_supplier_company_id_item_id'), 'approved_supplier', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_approved_supplier_company_id_site_id'), 'approved_supplier', ['company_id', 'site_id'], unique=False)
    op.create_index(op.f('ix_approved_supplier_company_id_supplier_id'), 'approved_supplier', ['company_id', 'supplier_id'], unique=False)
    op.create_index(op.f('ix_approved_supplier_company_id_valid_from_id'), 'approved_supplier', ['company_id', 'valid_from', 'id'], unique=False)
    op.create_table('bill_of_material_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('bill_id', sa.Uuid(), nullable=True, comment='The bill; none for a product at the top.'),
    sa.Column('component_id', sa.Uuid(), nullable=False, comment='What goes in, or the product itself where there is no bill.'),
    sa.Column('quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='How much of it one assembly takes.'),
    sa.Column('unit_id', sa.Uuid(), nullable=False, comment='Unit of the quantity.'),
    sa.Column('level', sa.SmallInteger(), nullable=False, comment='Depth of the assembly below a product, as recorded.'),
    sa.Column('valid_from', sa.Date(), nullable=False, comment='First day the component is used.'),
    sa.Column('valid_to', sa.Date(), nullable=True, comment='Last day the component is used; none while it is.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_bill_of_material_line_quantity_positive')),
    sa.CheckConstraint('valid_to IS NULL OR valid_to >= valid_from', name=op.f('ck_bill_of_material_line_valid_period')),
    sa.ForeignKeyConstraint(['company_id', 'bill_id'], ['bill_of_material.company_id', 'bill_of_material.id'], name=op.f('fk_bill_of_material_line_company_id_bill_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_bill_of_material_line_company_id')),
    sa.ForeignKeyConstraint(['component_id'], ['item.id'], name=op.f('fk_bill_of_material_line_component_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit_of_measure.id'], name=op.f('fk_bill_of_material_line_unit_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_bill_of_material_line'))
    )
    op.create_index(op.f('ix_bill_of_material_line_company_id_bill_id'), 'bill_of_material_line', ['company_id', 'bill_id'], unique=False)
    op.create_index(op.f('ix_bill_of_material_line_company_id_component_id'), 'bill_of_material_line', ['company_id', 'component_id'], unique=False)
    op.create_index(op.f('ix_bill_of_material_line_company_id_unit_id'), 'bill_of_material_line', ['company_id', 'unit_id'], unique=False)
    op.create_index(op.f('ix_bill_of_material_line_company_id_valid_from_id'), 'bill_of_material_line', ['company_id', 'valid_from', 'id'], unique=False)
    op.create_table('budget_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('budget_version_id', sa.Uuid(), nullable=False, comment='The edition.'),
    sa.Column('position', sa.SmallInteger(), nullable=False, comment='1-based place in the edition.'),
    sa.Column('account_id', sa.Uuid(), nullable=False, comment='The account.'),
    sa.Column('cost_centre_id', sa.Uuid(), nullable=True, comment='The cost centre; all together where there is none.'),
    sa.Column('amount', sa.Numeric(precision=20, scale=6), nullable=False, comment='What may be spent.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('amount >= 0', name=op.f('ck_budget_line_amount_not_negative')),
    sa.ForeignKeyConstraint(['company_id', 'account_id'], ['account.company_id', 'account.id'], name=op.f('fk_budget_line_company_id_account_id')),
    sa.ForeignKeyConstraint(['company_id', 'budget_version_id'], ['budget_version.company_id', 'budget_version.id'], name=op.f('fk_budget_line_company_id_budget_version_id')),
    sa.ForeignKeyConstraint(['company_id', 'cost_centre_id'], ['cost_centre.company_id', 'cost_centre.id'], name=op.f('fk_budget_line_company_id_cost_centre_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_budget_line_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_budget_line')),
    sa.UniqueConstraint('company_id', 'budget_version_id', 'position', name=op.f('uq_budget_line_company_id_budget_version_id_position'))
    )
    op.create_index(op.f('ix_budget_line_company_id_account_id'), 'budget_line', ['company_id', 'account_id'], unique=False)
    op.create_index(op.f('ix_budget_line_company_id_budget_version_id'), 'budget_line', ['company_id', 'budget_version_id'], unique=False)
    op.create_index(op.f('ix_budget_line_company_id_cost_centre_id'), 'budget_line', ['company_id', 'cost_centre_id'], unique=False)
    op.create_table('commitment_entry',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('commitment_id', sa.Uuid(), nullable=False, comment='The commitment.'),
    sa.Column('occurred_on', sa.Date(), nullable=False, comment='Day it counts from.'),
    sa.Column('amount', sa.Numeric(precision=20, scale=6), nullable=False, comment='Change of what is promised.'),
    sa.Column('journal_entry_id', sa.Uuid(), nullable=True, comment='The voucher that posted the cost; none where nothing was posted.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('amount <> 0', name=op.f('ck_commitment_entry_amount_moves')),
    sa.ForeignKeyConstraint(['company_id', 'commitment_id'], ['commitment.company_id', 'commitment.id'], name=op.f('fk_commitment_entry_company_id_commitment_id')),
    sa.ForeignKeyConstraint(['company_id', 'journal_entry_id'], ['journal_entry.company_id', 'journal_entry.id'], name=op.f('fk_commitment_entry_company_id_journal_entry_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_commitment_entry_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_commitment_entry'))
    )
    op.create_index(op.f('ix_commitment_entry_company_id_commitment_id'), 'commitment_entry', ['company_id', 'commitment_id'], unique=False)
    op.create_index(op.f('ix_commitment_entry_company_id_journal_entry_id'), 'commitment_entry', ['company_id', 'journal_entry_id'], unique=False)
    op.create_table('customer_invoice',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Invoice number, without a gap in the company.'),
    sa.Column('kind', sa.Text(), nullable=False, comment='Blue or red letter.'),
    sa.Column('customer_id', sa.Uuid(), nullable=False, comment='Who owes it.'),
    sa.Column('invoiced_on', sa.Date(), nullable=False, comment='Day of the invoice.'),
    sa.Column('currency', sa.Text(), nullable=False, comment='Currency of the invoice.'),
    sa.Column('net', sa.Numeric(precision=20, scale=6), nullable=False, comment='Amount without taxes.'),
    sa.Column('tax', sa.Numeric(precision=20, scale=6), nullable=False, comment='Taxes on it.'),
    sa.Column('total', sa.Numeric(precision=20, scale=6), nullable=False, comment='Amount with taxes.'),
    sa.Column('withheld', sa.Numeric(precision=20, scale=6), nullable=False, comment='Part of the total that the customer pays to its tax office for us.'),
    sa.Column('rate', sa.Numeric(precision=24, scale=10), nullable=False, comment="Units of the company's currency for one of the invoice's."),
    sa.Column('rate_type', sa.Text(), nullable=True, comment="Which rate it is; none in the company's currency."),
    sa.Column('payment_terms_id', sa.Uuid(), nullable=True, comment='Terms of payment.'),
    sa.Column('digital_number', sa.Text(), nullable=True, comment='Number of the digital tax invoice, 20 digits (China).'),
    sa.Column('credits_id', sa.Uuid(), nullable=True, comment='The blue-letter invoice that a red letter takes back.'),
    sa.Column('reason', sa.Text(), nullable=True, comment='Why a red letter was issued.'),
    sa.Column('customer_reference', sa.Text(), nullable=True, comment="The customer's own reference, such as its order number."),
    sa.Column('source_kind', sa.Text(), nullable=True, comment='Type of the document that is invoiced.'),
    sa.Column('source_id', sa.Uuid(), nullable=True, comment='Id of the document that is invoiced.'),
    sa.Column('journal_entry_id', sa.Uuid(), nullable=False, comment='The voucher it posted.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("(kind = 'CREDIT_NOTE') = (credits_id IS NOT NULL)", name=op.f('ck_customer_invoice_credit_note_names_its_invoice')),
    sa.CheckConstraint("digital_number ~ '^[0-9]{20}$'", name=op.f('ck_customer_invoice_digital_number_of_20_digits')),
    sa.CheckConstraint("kind IN ('INVOICE', 'CREDIT_NOTE')", name=op.f('ck_customer_invoice_kind_known')),
    sa.CheckConstraint("rate_type IN ('SPOT', 'AVERAGE', 'CLOSING', 'GIVEN', 'HISTORIC')", name=op.f('ck_customer_invoice_rate_type_known')),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_customer_invoice_currency_length')),
    sa.CheckConstraint('char_length(customer_reference) <= 400', name=op.f('ck_customer_invoice_customer_reference_length')),
    sa.CheckConstraint('char_length(digital_number) <= 20', name=op.f('ck_customer_invoice_digital_number_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_customer_invoice_number_length')),
    sa.CheckConstraint('char_length(reason) <= 400', name=op.f('ck_customer_invoice_reason_length')),
    sa.CheckConstraint('char_length(source_kind) <= 64', name=op.f('ck_customer_invoice_source_kind_length')),
    sa.CheckConstraint('total = net + tax', name=op.f('ck_customer_invoice_total_is_net_and_tax')),
    sa.ForeignKeyConstraint(['company_id', 'credits_id'], ['customer_invoice.company_id', 'customer_invoice.id'], name=op.f('fk_customer_invoice_company_id_credits_id')),
    sa.ForeignKeyConstraint(['company_id', 'journal_entry_id'], ['journal_entry.company_id', 'journal_entry.id'], name=op.f('fk_customer_invoice_company_id_journal_entry_id')),
    sa.ForeignKeyConstraint(['company_id', 'payment_terms_id'], ['payment_terms.company_id', 'payment_terms.id'], name=op.f('fk_customer_invoice_company_id_payment_terms_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_customer_invoice_company_id')),
    sa.ForeignKeyConstraint(['customer_id'], ['party.id'], name=op.f('fk_customer_invoice_customer_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_customer_invoice')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_customer_invoice_company_id_number'))
    )
    op.create_index(op.f('ix_customer_invoice_company_id_credits_id'), 'customer_invoice', ['company_id', 'credits_id'], unique=False)
    op.create_index(op.f('ix_customer_invoice_company_id_customer_id'), 'customer_invoice', ['company_id', 'customer_id'], unique=False)
    op.create_index(op.f('ix_customer_invoice_company_id_invoiced_on_id'), 'customer_invoice', ['company_id', 'invoiced_on', 'id'], unique=False)
    op.create_index(op.f('ix_customer_invoice_company_id_journal_entry_id'), 'customer_invoice', ['company_id', 'journal_entry_id'], unique=False)
    op.create_index(op.f('ix_customer_invoice_company_id_number_id'), 'customer_invoice', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_customer_invoice_company_id_payment_terms_id'), 'customer_invoice', ['company_id', 'payment_terms_id'], unique=False)
    op.create_index('uq_customer_invoice_digital_number', 'customer_invoice', ['company_id', 'digital_number'], unique=True, postgresql_where=sa.text('digital_number IS NOT NULL'))
    op.create_table('deferral',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the deferral.'),
    sa.Column('name', sa.Text(), nullable=False, comment='What was paid or earned.'),
    sa.Column('account_id', sa.Uuid(), nullable=False, comment='The account it is kept on.'),
    sa.Column('result_account_id', sa.Uuid(), nullable=False, comment='The expense or income that it is released to.'),
    sa.Column('cost_centre_id', sa.Uuid(), nullable=True, comment='The cost centre that bears it.'),
    sa.Column('method', sa.Text(), nullable=False, comment='How the months share it.'),
    sa.Column('deferred_on', sa.Date(), nullable=False, comment='Day it was put on its account.'),
    sa.Column('first_on', sa.Date(), nullable=False, comment='First day it is for.'),
    sa.Column('last_on', sa.Date(), nullable=False, comment='Last day it is for.'),
    sa.Column('amount', sa.Numeric(precision=20, scale=6), nullable=False, comment='What is deferred: an expense is positive, an income negative.'),
    sa.Column('journal_entry_id', sa.Uuid(), nullable=False, comment='The voucher that deferred it.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("method IN ('BY_DAYS', 'BY_MONTHS')", name=op.f('ck_deferral_method_known')),
    sa.CheckConstraint('amount <> 0', name=op.f('ck_deferral_amount_moves')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_deferral_name_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_deferral_number_length')),
    sa.CheckConstraint('last_on >= first_on', name=op.f('ck_deferral_span_positive')),
    sa.ForeignKeyConstraint(['company_id', 'account_id'], ['account.company_id', 'account.id'], name=op.f('fk_deferral_company_id_account_id')),
    sa.ForeignKeyConstraint(['company_id', 'cost_centre_id'], ['cost_centre.company_id', 'cost_centre.id'], name=op.f('fk_deferral_company_id_cost_centre_id')),
    sa.ForeignKeyConstraint(['company_id', 'journal_entry_id'], ['journal_entry.company_id', 'journal_entry.id'], name=op.f('fk_deferral_company_id_journal_entry_id')),
    sa.ForeignKeyConstraint(['company_id', 'result_account_id'], ['account.company_id', 'account.id'], name=op.f('fk_deferral_company_id_result_account_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_deferral_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_deferral')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_deferral_company_id_number'))
    )
    op.create_index(op.f('ix_deferral_company_id_account_id'), 'deferral', ['company_id', 'account_id'], unique=False)
    op.create_index(op.f('ix_deferral_company_id_cost_centre_id'), 'deferral', ['company_id', 'cost_centre_id'], unique=False)
    op.create_index(op.f('ix_deferral_company_id_deferred_on_id'), 'deferral', ['company_id', 'deferred_on', 'id'], unique=False)
    op.create_index(op.f('ix_deferral_company_id_journal_entry_id'), 'deferral', ['company_id', 'journal_entry_id'], unique=False)
    op.create_index(op.f('ix_deferral_company_id_number_id'), 'deferral', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_deferral_company_id_result_account_id'), 'deferral', ['company_id', 'result_account_id'], unique=False)
    op.create_table('device_identifier',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='The item it identifies.'),
    sa.Column('revision_id', sa.Uuid(), nullable=True, comment='The revision it identifies, where it is not the whole item.'),
    sa.Column('agency', sa.Text(), nullable=False, comment='Who issued it.'),
    sa.Column('scope', sa.Text(), nullable=False, comment='What it stands on.'),
    sa.Column('value', sa.Text(), nullable=False, comment='The identifier, as registered.'),
    sa.Column('normal_value', sa.Text(), nullable=False, comment='The form under which it is found: a GTIN in 14 digits, any other code in capitals.'),
    sa.Column('is_well_formed', sa.Boolean(), server_default='true', nullable=False, comment='Whether it has the length that its agency registers: 14 digits for GS1.'),
    sa.Column('check_digit_valid', sa.Boolean(), nullable=True, comment="Whether its check digit is right; none where the agency's code has none that we check."),
    sa.Column('contained_id', sa.Uuid(), nullable=True, comment='What a package contains: the identifier one level down.'),
    sa.Column('package_quantity', sa.Integer(), nullable=True, comment='How many of the contained identifier are in the package.'),
    sa.Column('package_type', sa.Text(), nullable=True, comment='What the package is, such as a box.'),
    sa.Column('status', sa.Text(), server_default='IN_DISTRIBUTION', nullable=False, comment='Whether goods with it are on the market.'),
    sa.Column('discontinued_on', sa.Date(), nullable=True, comment='Since when it is no longer used.'),
    sa.Column('shared_scope', sa.Boolean(), server_default='false', nullable=False, comment='Whether the same identifier stands in the register in another scope too, such as primary and package.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("agency IN ('GS1', 'HIBCC', 'ICCBBA', 'IFA', 'MA', 'AHM')", name=op.f('ck_device_identifier_agency_known')),
    sa.CheckConstraint("scope IN ('PRIMARY', 'PACKAGE', 'UNIT_OF_USE', 'DIRECT_MARK', 'SECONDARY', 'PREVIOUS', 'BASIC_UDI')", name=op.f('ck_device_identifier_scope_known')),
    sa.CheckConstraint("status IN ('IN_DISTRIBUTION', 'NOT_IN_DISTRIBUTION')", name=op.f('ck_device_identifier_status_known')),
    sa.CheckConstraint('char_length(normal_value) <= 64', name=op.f('ck_device_identifier_normal_value_length')),
    sa.CheckConstraint('char_length(package_type) <= 400', name=op.f('ck_device_identifier_package_type_length')),
    sa.CheckConstraint('char_length(value) <= 64', name=op.f('ck_device_identifier_value_length')),
    sa.CheckConstraint('package_quantity > 0', name=op.f('ck_device_identifier_package_quantity_positive')),
    sa.ForeignKeyConstraint(['contained_id'], ['device_identifier.id'], name=op.f('fk_device_identifier_contained_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_device_identifier_item_id')),
    sa.ForeignKeyConstraint(['revision_id'], ['item_revision.id'], name=op.f('fk_device_identifier_revision_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_device_identifier'))
    )
    op.create_index(op.f('ix_device_identifier_contained_id'), 'device_identifier', ['contained_id'], unique=False)
    op.create_index(op.f('ix_device_identifier_item_id'), 'device_identifier', ['item_id'], unique=False)
    op.create_index(op.f('ix_device_identifier_normal_value'), 'device_identifier', ['normal_value'], unique=False)
    op.create_index(op.f('ix_device_identifier_revision_id'), 'device_identifier', ['revision_id'], unique=False)
    op.create_index(op.f('ix_device_identifier_value_id'), 'device_identifier', ['value', 'id'], unique=False)
    op.create_index('uq_device_identifier_agency_value_scope', 'device_identifier', ['agency', 'value', 'scope'], unique=True, postgresql_where=sa.text("scope IN ('PRIMARY', 'PACKAGE', 'SECONDARY', 'BASIC_UDI')"))
    op.create_table('dunning_notice_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('dunning_notice_id', sa.Uuid(), nullable=False, comment='The notice.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place on the notice.'),
    sa.Column('open_item_id', sa.Uuid(), nullable=False, comment='What is overdue.'),
    sa.Column('level', sa.SmallInteger(), nullable=False, comment='How often it was asked for with this notice.'),
    sa.Column('days_overdue', sa.Integer(), nullable=False, comment='Days since it was due.'),
    sa.Column('amount', sa.Numeric(precision=20, scale=6), nullable=False, comment='What is open of it.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.ForeignKeyConstraint(['company_id', 'dunning_notice_id'], ['dunning_notice.company_id', 'dunning_notice.id'], name=op.f('fk_dunning_notice_line_company_id_dunning_notice_id')),
    sa.ForeignKeyConstraint(['company_id', 'open_item_id'], ['open_item.company_id', 'open_item.id'], name=op.f('fk_dunning_notice_line_company_id_open_item_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_dunning_notice_line_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_dunning_notice_line')),
    sa.UniqueConstraint('company_id', 'dunning_notice_id', 'open_item_id', name=op.f('uq_dunning_notice_line_company_id_dunning_notice_id_open_item_id'))
    )
    op.create_index(op.f('ix_dunning_notice_line_company_id_dunning_notice_id'), 'dunning_notice_line', ['company_id', 'dunning_notice_id'], unique=False)
    op.create_index(op.f('ix_dunning_notice_line_company_id_open_item_id'), 'dunning_notice_line', ['company_id', 'open_item_id'], unique=False)
    op.create_table('employee',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Personnel number.'),
    sa.Column('job_title', sa.Text(), nullable=False, comment='What the employee does.'),
    sa.Column('hired_on', sa.Date(), nullable=False, comment='First day of employment.'),
    sa.Column('left_on', sa.Date(), nullable=True, comment='Last day of employment.'),
    sa.Column('is_current', sa.Boolean(), server_default='true', nullable=False, comment='Whether the employment lasts.'),
    sa.Column('is_salaried', sa.Boolean(), server_default='true', nullable=False, comment='Whether pay is a salary, not an hourly wage.'),
    sa.Column('site_id', sa.Uuid(), nullable=True, comment='Where the employee usually works.'),
    sa.Column('organisation_level', sa.Integer(), nullable=True, comment='Levels below the head of the company.'),
    sa.Column('login', sa.Text(), nullable=True, comment="Login name in the company's directory."),
    sa.Column('name', sa.Text(), nullable=True, comment='Name of the person.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='Name in Chinese.'),
    sa.Column('national_id', sa.Text(), nullable=True, comment='National identity number.'),
    sa.Column('birth_date', sa.Date(), nullable=True, comment='Date of birth.'),
    sa.Column('gender', sa.Text(), nullable=True, comment='Gender.'),
    sa.Column('marital_status', sa.Text(), nullable=True, comment='Marital status.'),
    sa.Column('email', sa.Text(), nullable=True, comment='E-mail address.'),
    sa.Column('phone', sa.Text(), nullable=True, comment='Telephone number.'),
    sa.Column('vacation_hours', sa.Numeric(precision=20, scale=6), nullable=True, comment='Vacation not yet taken.'),
    sa.Column('sick_leave_hours', sa.Numeric(precision=20, scale=6), nullable=True, comment='Sick leave not yet taken.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("gender IN ('FEMALE', 'MALE', 'OTHER')", name=op.f('ck_employee_gender_known')),
    sa.CheckConstraint("marital_status IN ('SINGLE', 'MARRIED', 'OTHER')", name=op.f('ck_employee_marital_status_known')),
    sa.CheckConstraint('char_length(email) <= 400', name=op.f('ck_employee_email_length')),
    sa.CheckConstraint('char_length(job_title) <= 400', name=op.f('ck_employee_job_title_length')),
    sa.CheckConstraint('char_length(login) <= 64', name=op.f('ck_employee_login_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_employee_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_employee_name_zh_length')),
    sa.CheckConstraint('char_length(national_id) <= 64', name=op.f('ck_employee_national_id_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_employee_number_length')),
    sa.CheckConstraint('char_length(phone) <= 400', name=op.f('ck_employee_phone_length')),
    sa.CheckConstraint('left_on IS NULL OR left_on >= hired_on', name=op.f('ck_employee_leaves_after_hire')),
    sa.ForeignKeyConstraint(['company_id', 'site_id'], ['site.company_id', 'site.id'], name=op.f('fk_employee_company_id_site_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_employee_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_employee')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_employee_company_id_number'))
    )
    op.create_index(op.f('ix_employee_company_id_hired_on_id'), 'employee', ['company_id', 'hired_on', 'id'], unique=False)
    op.create_index(op.f('ix_employee_company_id_job_title_id'), 'employee', ['company_id', 'job_title', 'id'], unique=False)
    op.create_index(op.f('ix_employee_company_id_number_id'), 'employee', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_employee_company_id_site_id'), 'employee', ['company_id', 'site_id'], unique=False)
    op.create_table('fixed_asset_entry',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('fixed_asset_id', sa.Uuid(), nullable=False, comment='The asset.'),
    sa.Column('kind', sa.Text(), nullable=False, comment='What changed it.'),
    sa.Column('occurred_on', sa.Date(), nullable=False, comment='Day it counts from.'),
    sa.Column('amount', sa.Numeric(precision=20, scale=6), nullable=False, comment='Change of its value.'),
    sa.Column('journal_entry_id', sa.Uuid(), nullable=False, comment='The voucher it stands in.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("kind IN ('ACQUISITION', 'VALUE_CHANGE', 'DEPRECIATION', 'DISPOSAL')", name=op.f('ck_fixed_asset_entry_kind_known')),
    sa.CheckConstraint('amount <> 0', name=op.f('ck_fixed_asset_entry_amount_moves')),
    sa.ForeignKeyConstraint(['company_id', 'fixed_asset_id'], ['fixed_asset.company_id', 'fixed_asset.id'], name=op.f('fk_fixed_asset_entry_company_id_fixed_asset_id')),
    sa.ForeignKeyConstraint(['company_id', 'journal_entry_id'], ['journal_entry.company_id', 'journal_entry.id'], name=op.f('fk_fixed_asset_entry_company_id_journal_entry_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_fixed_asset_entry_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_fixed_asset_entry'))
    )
    op.create_index(op.f('ix_fixed_asset_entry_company_id_fixed_asset_id'), 'fixed_asset_entry', ['company_id', 'fixed_asset_id'], unique=False)
    op.create_index(op.f('ix_fixed_asset_entry_company_id_journal_entry_id'), 'fixed_asset_entry', ['company_id', 'journal_entry_id'], unique=False)
    op.create_index('uq_fixed_asset_entry_month', 'fixed_asset_entry', ['company_id', 'fixed_asset_id', 'occurred_on'], unique=True, postgresql_where=sa.text("kind = 'DEPRECIATION'"))
    op.create_table('item_planning',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='The item.'),
    sa.Column('site_id', sa.Uuid(), nullable=True, comment='The site; none for the whole company.'),
    sa.Column('reorder_point', sa.Numeric(precision=20, scale=6), nullable=False, comment='Stock below which it is ordered again.'),
    sa.Column('safety_stock', sa.Numeric(precision=20, scale=6), nullable=False, comment='Stock kept against the unforeseen.'),
    sa.Column('lead_days', sa.SmallInteger(), server_default='0', nullable=False, comment='Days to make or buy it.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('reorder_point >= 0 AND safety_stock >= 0 AND lead_days >= 0', name=op.f('ck_item_planning_parameters_not_negative')),
    sa.ForeignKeyConstraint(['company_id', 'site_id'], ['site.company_id', 'site.id'], name=op.f('fk_item_planning_company_id_site_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_item_planning_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_item_planning_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_item_planning')),
    sa.UniqueConstraint('company_id', 'item_id', 'site_id', name=op.f('uq_item_planning_company_id_item_id_site_id'), postgresql_nulls_not_distinct=True)
    )
    op.create_index(op.f('ix_item_planning_company_id_item_id'), 'item_planning', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_item_planning_company_id_site_id'), 'item_planning', ['company_id', 'site_id'], unique=False)
    op.create_table('journal_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('journal_entry_id', sa.Uuid(), nullable=False, comment='The voucher the line belongs to.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place on the voucher.'),
    sa.Column('account_id', sa.Uuid(), nullable=False, comment='The account that is debited or credited.'),
    sa.Column('occurred_on', sa.Date(), nullable=False, comment="The voucher's day, repeated so that an account is read in time order."),
    sa.Column('transaction_amount', sa.Numeric(precision=20, scale=6), nullable=False, comment='Amount in the currency of the transaction; debit positive, credit negative.'),
    sa.Column('transaction_currency', sa.Text(), nullable=False, comment='Currency of the transaction.'),
    sa.Column('amount', sa.Numeric(precision=20, scale=6), nullable=False, comment="Amount in the company's currency; debit positive, credit negative."),
    sa.Column('rate', sa.Numeric(precision=24, scale=10), nullable=False, comment="Units of the company's currency for one of the transaction's."),
    sa.Column('rate_type', sa.Text(), nullable=True, comment="Which rate it is; none where the transaction is in the company's currency."),
    sa.Column('rate_source', sa.Text(), nullable=True, comment='Who published the rate.'),
    sa.Column('group_amount', sa.Numeric(precision=20, scale=6), nullable=False, comment="Amount in the group's currency; debit positive, credit negative."),
    sa.Column('is_rounding', sa.Boolean(), server_default='false', nullable=False, comment='Whether the line takes what rounding left over; a voucher has at most one.'),
    sa.Column('site_id', sa.Uuid(), nullable=True, comment='The site the amount belongs to.'),
    sa.Column('item_id', sa.Uuid(), nullable=True, comment='The item the amount belongs to.'),
    sa.Column('party_id', sa.Uuid(), nullable=True, comment='The customer or supplier the amount belongs to.'),
    sa.Column('cost_centre_id', sa.Uuid(), nullable=True, comment='The cost centre that bears the amount.'),
    sa.Column('profit_centre_id', sa.Uuid(), nullable=True, comment='The profit centre that earns the amount.'),
    sa.Column('project_code', sa.Text(), nullable=True, comment='Code of the project the amount belongs to.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("rate_type IN ('SPOT', 'AVERAGE', 'CLOSING', 'GIVEN', 'HISTORIC')", name=op.f('ck_journal_line_rate_type_known')),
    sa.CheckConstraint('NOT is_rounding OR transaction_amount = 0', name=op.f('ck_journal_line_rounding_moves_no_transaction')),
    sa.CheckConstraint('amount <> 0 OR transaction_amount <> 0', name=op.f('ck_journal_line_amount_moves')),
    sa.CheckConstraint('char_length(project_code) <= 64', name=op.f('ck_journal_line_project_code_length')),
    sa.CheckConstraint('char_length(rate_source) <= 64', name=op.f('ck_journal_line_rate_source_length')),
    sa.CheckConstraint('char_length(transaction_currency) <= 3', name=op.f('ck_journal_line_transaction_currency_length')),
    sa.CheckConstraint('sign(amount) * sign(transaction_amount) >= 0', name=op.f('ck_journal_line_amounts_agree_in_sign')),
    sa.ForeignKeyConstraint(['company_id', 'account_id'], ['account.company_id', 'account.id'], name=op.f('fk_journal_line_company_id_account_id')),
    sa.ForeignKeyConstraint(['company_id', 'cost_centre_id'], ['cost_centre.company_id', 'cost_centre.id'], name=op.f('fk_journal_line_company_id_cost_centre_id')),
    sa.ForeignKeyConstraint(['company_id', 'journal_entry_id'], ['journal_entry.company_id', 'journal_entry.id'], name=op.f('fk_journal_line_company_id_journal_entry_id')),
    sa.ForeignKeyConstraint(['company_id', 'profit_centre_id'], ['profit_centre.company_id', 'profit_centre.id'], name=op.f('fk_journal_line_company_id_profit_centre_id')),
    sa.ForeignKeyConstraint(['company_id', 'site_id'], ['site.company_id', 'site.id'], name=op.f('fk_journal_line_company_id_site_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_journal_line_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_journal_line_item_id')),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('fk_journal_line_party_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_journal_line')),
    sa.UniqueConstraint('company_id', 'journal_entry_id', 'position', name=op.f('uq_journal_line_company_id_journal_entry_id_position'))
    )
    op.create_index('ix_journal_line_account_day', 'journal_line', ['company_id', 'account_id', 'occurred_on'], unique=False, postgresql_include=['amount'])
    op.create_index(op.f('ix_journal_line_company_id_account_id'), 'journal_line', ['company_id', 'account_id'], unique=False)
    op.create_index(op.f('ix_journal_line_company_id_cost_centre_id'), 'journal_line', ['company_id', 'cost_centre_id'], unique=False)
    op.create_index(op.f('ix_journal_line_company_id_item_id'), 'journal_line', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_journal_line_company_id_journal_entry_id'), 'journal_line', ['company_id', 'journal_entry_id'], unique=False)
    op.create_index(op.f('ix_journal_line_company_id_party_id'), 'journal_line', ['company_id', 'party_id'], unique=False)
    op.create_index(op.f('ix_journal_line_company_id_profit_centre_id'), 'journal_line', ['company_id', 'profit_centre_id'], unique=False)
    op.create_index(op.f('ix_journal_line_company_id_site_id'), 'journal_line', ['company_id', 'site_id'], unique=False)
    op.create_index('ix_journal_line_recorded', 'journal_line', ['company_id', 'recorded_at'], unique=False, postgresql_using='brin')
    op.create_index('uq_journal_line_rounded_once', 'journal_line', ['company_id', 'journal_entry_id'], unique=True, postgresql_where='is_rounding')
    op.create_table('lease',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the lease.'),
    sa.Column('name', sa.Text(), nullable=False, comment='What is leased.'),
    sa.Column('party_id', sa.Uuid(), nullable=True, comment='The lessor.'),
    sa.Column('begins_on', sa.Date(), nullable=False, comment='First day of the lease.'),
    sa.Column('months', sa.SmallInteger(), nullable=False, comment='Number of monthly payments.'),
    sa.Column('in_advance', sa.Boolean(), nullable=False, comment='Whether payments fall on the first day of each month of the lease, else on the last.'),
    sa.Column('percent', sa.Numeric(precision=24, scale=10), nullable=False, comment='Interest of one month.'),
    sa.Column('payment', sa.Numeric(precision=20, scale=6), nullable=False, comment='What is paid each month.'),
    sa.Column('present_value', sa.Numeric(precision=20, scale=6), nullable=False, comment='What the payments are worth at the begin.'),
    sa.Column('liability', sa.Numeric(precision=20, scale=6), nullable=False, comment='What is owed now, interest to come not counted.'),
    sa.Column('liability_account_id', sa.Uuid(), nullable=False, comment='The account of what is owed.'),
    sa.Column('interest_account_id', sa.Uuid(), nullable=False, comment='The expense its interest is.'),
    sa.Column('payment_account_id', sa.Uuid(), nullable=False, comment='The account that payments leave.'),
    sa.Column('fixed_asset_id', sa.Uuid(), nullable=False, comment='The right of use.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_lease_name_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_lease_number_length')),
    sa.CheckConstraint('liability >= 0', name=op.f('ck_lease_liability_not_negative')),
    sa.CheckConstraint('months >= 1', name=op.f('ck_lease_months_positive')),
    sa.ForeignKeyConstraint(['company_id', 'fixed_asset_id'], ['fixed_asset.company_id', 'fixed_asset.id'], name=op.f('fk_lease_company_id_fixed_asset_id')),
    sa.ForeignKeyConstraint(['company_id', 'interest_account_id'], ['account.company_id', 'account.id'], name=op.f('fk_lease_company_id_interest_account_id')),
    sa.ForeignKeyConstraint(['company_id', 'liability_account_id'], ['account.company_id', 'account.id'], name=op.f('fk_lease_company_id_liability_account_id')),
    sa.ForeignKeyConstraint(['company_id', 'payment_account_id'], ['account.company_id', 'account.id'], name=op.f('fk_lease_company_id_payment_account_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_lease_company_id')),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('fk_lease_party_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_lease')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_lease_company_id_number'))
    )
    op.create_index(op.f('ix_lease_company_id_begins_on_id'), 'lease', ['company_id', 'begins_on', 'id'], unique=False)
    op.create_index(op.f('ix_lease_company_id_fixed_asset_id'), 'lease', ['company_id', 'fixed_asset_id'], unique=False)
    op.create_index(op.f('ix_lease_company_id_interest_account_id'), 'lease', ['company_id', 'interest_account_id'], unique=False)
    op.create_index(op.f('ix_lease_company_id_liability_account_id'), 'lease', ['company_id', 'liability_account_id'], unique=False)
    op.create_index(op.f('ix_lease_company_id_number_id'), 'lease', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_lease_company_id_party_id'), 'lease', ['company_id', 'party_id'], unique=False)
    op.create_index(op.f('ix_lease_company_id_payment_account_id'), 'lease', ['company_id', 'payment_account_id'], unique=False)
    op.create_table('location',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('code', sa.Text(), nullable=False, comment='Short code of the location.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name of the location.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='Name in Chinese.'),
    sa.Column('kind', sa.Text(), nullable=False, comment='What being here means for goods.'),
    sa.Column('site_id', sa.Uuid(), nullable=True, comment='The site it belongs to; none for counter-locations.'),
    sa.Column('customer_id', sa.Uuid(), nullable=True, comment='The customer on whose premises a consignment is.'),
    sa.Column('parent_id', sa.Uuid(), nullable=True, comment='The location that contains it.'),
    sa.Column('is_active', sa.Boolean(), server_default='true', nullable=False, comment='Whether new movements may name the location.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("(kind = 'CONSIGNMENT') = (customer_id IS NOT NULL)", name=op.f('ck_location_consignment_has_customer')),
    sa.CheckConstraint("kind IN ('STORAGE', 'QUARANTINE', 'TRANSIT', 'CONSIGNMENT', 'PRODUCTION', 'SUPPLIER', 'CUSTOMER', 'LOSS', 'OPENING')", name=op.f('ck_location_kind_known')),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_location_code_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_location_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_location_name_zh_length')),
    sa.ForeignKeyConstraint(['company_id', 'parent_id'], ['location.company_id', 'location.id'], name=op.f('fk_location_company_id_parent_id')),
    sa.ForeignKeyConstraint(['company_id', 'site_id'], ['site.company_id', 'site.id'], name=op.f('fk_location_company_id_site_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_location_company_id')),
    sa.ForeignKeyConstraint(['customer_id'], ['party.id'], name=op.f('fk_location_customer_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_location')),
    sa.UniqueConstraint('company_id', 'code', name=op.f('uq_location_company_id_code'))
    )
    op.create_index(op.f('ix_location_company_id_code_id'), 'location', ['company_id', 'code', 'id'], unique=False)
    op.create_index(op.f('ix_location_company_id_customer_id'), 'location', ['company_id', 'customer_id'], unique=False)
    op.create_index(op.f('ix_location_company_id_name_id'), 'location', ['company_id', 'name', 'id'], unique=False)
    op.create_index(op.f('ix_location_company_id_parent_id'), 'location', ['company_id', 'parent_id'], unique=False)
    op.create_index(op.f('ix_location_company_id_site_id'), 'location', ['company_id', 'site_id'], unique=False)
    op.create_table('matching',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the matching.'),
    sa.Column('party_id', sa.Uuid(), nullable=False, comment='Whose items they are.'),
    sa.Column('matched_on', sa.Date(), nullable=False, comment='Day from which it counts.'),
    sa.Column('currency', sa.Text(), nullable=False, comment='Currency of the items.'),
    sa.Column('discount', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='What was taken off for paying early.'),
    sa.Column('written_off', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='What was given up as a difference.'),
    sa.Column('exchange_difference', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='What the change of the rate cost (debit positive) or brought.'),
    sa.Column('journal_entry_id', sa.Uuid(), nullable=True, comment='The voucher of the differences; none where nothing differed.'),
    sa.Column('undone_on', sa.Date(), nullable=True, comment='Day from which it counts no more.'),
    sa.Column('undone_by', sa.Uuid(), nullable=True, comment='Who undid it.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('(undone_on IS NULL) = (undone_by IS NULL)', name=op.f('ck_matching_undone_by_someone')),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_matching_currency_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_matching_number_length')),
    sa.ForeignKeyConstraint(['company_id', 'journal_entry_id'], ['journal_entry.company_id', 'journal_entry.id'], name=op.f('fk_matching_company_id_journal_entry_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_matching_company_id')),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('fk_matching_party_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_matching')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_matching_company_id_number'))
    )
    op.create_index(op.f('ix_matching_company_id_journal_entry_id'), 'matching', ['company_id', 'journal_entry_id'], unique=False)
    op.create_index(op.f('ix_matching_company_id_matched_on_id'), 'matching', ['company_id', 'matched_on', 'id'], unique=False)
    op.create_index(op.f('ix_matching_company_id_number_id'), 'matching', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_matching_company_id_party_id'), 'matching', ['company_id', 'party_id'], unique=False)
    op.create_table('mutation_run',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('user_id', sa.Uuid(), nullable=False, comment='Who performs it; the result is for this account.'),
    sa.Column('upload_id', sa.Uuid(), nullable=False, comment='The file of lines.'),
    sa.Column('mutation', sa.Text(), nullable=False, comment='The mutation field performed with each line.'),
    sa.Column('policy', sa.Text(), nullable=False, comment='What a refused line means for the others.'),
    sa.Column('scopes', postgresql.ARRAY(sa.Text()), nullable=False, comment='The roles its owner used to ask for it: no others count for it.'),
    sa.Column('status', sa.Text(), nullable=False, comment='Where it stands.'),
    sa.Column('queued_at', sa.DateTime(timezone=True), nullable=False, comment='When it was asked for.'),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True, comment='When it last began.'),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True, comment='When it ended.'),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True, comment='Until when its result is kept.'),
    sa.Column('attempt_count', sa.Integer(), server_default='0', nullable=False, comment='How often it was begun.'),
    sa.Column('line_count', sa.Integer(), server_default='0', nullable=False, comment='Lines dealt with.'),
    sa.Column('accepted_count', sa.Integer(), server_default='0', nullable=False, comment='Lines whose command was performed, or would be.'),
    sa.Column('refused_count', sa.Integer(), server_default='0', nullable=False, comment='Lines refused.'),
    sa.Column('digest', sa.Text(), nullable=True, comment='SHA-256 of the result.'),
    sa.Column('failure', sa.Text(), nullable=True, comment='Why it failed: a stable code.'),
    sa.Column('failure_message', sa.Text(), nullable=True, comment='Why, in words.'),
    sa.Column('file', sa.Text(), nullable=True, comment='Name of the result in the store.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("policy IN ('REJECT_ALL', 'REJECT_ROW', 'DRY_RUN')", name=op.f('ck_mutation_run_policy_known')),
    sa.CheckConstraint("status <> 'FAILED' OR failure IS NOT NULL", name=op.f('ck_mutation_run_failed_with_reason')),
    sa.CheckConstraint("status IN ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED')", name=op.f('ck_mutation_run_status_known')),
    sa.CheckConstraint('char_length(digest) <= 64', name=op.f('ck_mutation_run_digest_length')),
    sa.CheckConstraint('char_length(failure) <= 64', name=op.f('ck_mutation_run_failure_length')),
    sa.CheckConstraint('char_length(failure_message) <= 8000', name=op.f('ck_mutation_run_failure_message_length')),
    sa.CheckConstraint('char_length(file) <= 400', name=op.f('ck_mutation_run_file_length')),
    sa.CheckConstraint('char_length(mutation) <= 200', name=op.f('ck_mutation_run_mutation_length')),
    sa.ForeignKeyConstraint(['upload_id'], ['bulk_upload.id'], name=op.f('fk_mutation_run_upload_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_mutation_run_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mutation_run'))
    )
    op.create_index('ix_mutation_run_file', 'mutation_run', ['expires_at'], unique=False, postgresql_where=sa.text('file IS NOT NULL'))
    op.create_index('ix_mutation_run_open', 'mutation_run', ['queued_at', 'id'], unique=False, postgresql_where=sa.text("status IN ('QUEUED', 'RUNNING')"))
    op.create_index(op.f('ix_mutation_run_queued_at_id'), 'mutation_run', ['queued_at', 'id'], unique=False)
    op.create_index(op.f('ix_mutation_run_upload_id'), 'mutation_run', ['upload_id'], unique=False)
    op.create_index(op.f('ix_mutation_run_user_id'), 'mutation_run', ['user_id'], unique=False)
    op.create_table('payment',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the payment.'),
    sa.Column('direction', sa.Text(), nullable=False, comment='Received or sent.'),
    sa.Column('party_id', sa.Uuid(), nullable=False, comment='Who paid, or was paid.'),
    sa.Column('paid_on', sa.Date(), nullable=False, comment='Day the money moved.'),
    sa.Column('account_id', sa.Uuid(), nullable=False, comment='The bank or cash account it moved on.'),
    sa.Column('currency', sa.Text(), nullable=False, comment='Currency of the payment.'),
    sa.Column('amount', sa.Numeric(precision=20, scale=6), nullable=False, comment='How much.'),
    sa.Column('prepaid', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Part paid before there was an invoice; it keeps the rate of its day.'),
    sa.Column('rate', sa.Numeric(precision=24, scale=10), nullable=False, comment="Units of the company's currency for one of the payment's."),
    sa.Column('rate_type', sa.Text(), nullable=True, comment="Which rate it is; none in the company's currency."),
    sa.Column('bank_reference', sa.Text(), nullable=True, comment="The bank's own reference."),
    sa.Column('journal_entry_id', sa.Uuid(), nullable=False, comment='The voucher it posted.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("direction IN ('IN', 'OUT')", name=op.f('ck_payment_direction_known')),
    sa.CheckConstraint("rate_type IN ('SPOT', 'AVERAGE', 'CLOSING', 'GIVEN', 'HISTORIC')", name=op.f('ck_payment_rate_type_known')),
    sa.CheckConstraint('amount > 0', name=op.f('ck_payment_amount_positive')),
    sa.CheckConstraint('char_length(bank_reference) <= 400', name=op.f('ck_payment_bank_reference_length')),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_payment_currency_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_payment_number_length')),
    sa.CheckConstraint('prepaid >= 0 AND prepaid <= amount', name=op.f('ck_payment_prepaid_part_of_the_whole')),
    sa.ForeignKeyConstraint(['company_id', 'account_id'], ['account.company_id', 'account.id'], name=op.f('fk_payment_company_id_account_id')),
    sa.ForeignKeyConstraint(['company_id', 'journal_entry_id'], ['journal_entry.company_id', 'journal_entry.id'], name=op.f('fk_payment_company_id_journal_entry_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_payment_company_id')),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('fk_payment_party_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_payment')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_payment_company_id_number'))
    )
    op.create_index(op.f('ix_payment_company_id_account_id'), 'payment', ['company_id', 'account_id'], unique=False)
    op.create_index(op.f('ix_payment_company_id_journal_entry_id'), 'payment', ['company_id', 'journal_entry_id'], unique=False)
    op.create_index(op.f('ix_payment_company_id_number_id'), 'payment', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_payment_company_id_paid_on_id'), 'payment', ['company_id', 'paid_on', 'id'], unique=False)
    op.create_index(op.f('ix_payment_company_id_party_id'), 'payment', ['company_id', 'party_id'], unique=False)
    op.create_table('payment_proposal_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('payment_proposal_id', sa.Uuid(), nullable=False, comment='The run.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place in the run.'),
    sa.Column('open_item_id', sa.Uuid(), nullable=False, comment='What is paid.'),
    sa.Column('party_id', sa.Uuid(), nullable=False, comment='Who is paid.'),
    sa.Column('bank_account_id', sa.Uuid(), nullable=False, comment='The account that is paid to.'),
    sa.Column('bank_account_version', sa.Integer(), nullable=True, comment='Version of that account when the run was approved; another version needs approval again.'),
    sa.Column('amount', sa.Numeric(precision=20, scale=6), nullable=False, comment='What is paid.'),
    sa.Column('discount', sa.Numeric(precision=20, scale=6), nullable=False, comment='What is taken off for paying early.'),
    sa.Column('is_open', sa.Boolean(), server_default='true', nullable=False, comment='Whether the run is still open; an item stands in one open run at most.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('amount > 0 AND discount >= 0', name=op.f('ck_payment_proposal_line_amount_positive')),
    sa.ForeignKeyConstraint(['bank_account_id'], ['bank_account.id'], name=op.f('fk_payment_proposal_line_bank_account_id')),
    sa.ForeignKeyConstraint(['company_id', 'open_item_id'], ['open_item.company_id', 'open_item.id'], name=op.f('fk_payment_proposal_line_company_id_open_item_id')),
    sa.ForeignKeyConstraint(['company_id', 'payment_proposal_id'], ['payment_proposal.company_id', 'payment_proposal.id'], name=op.f('fk_payment_proposal_line_company_id_payment_proposal_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_payment_proposal_line_company_id')),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('fk_payment_proposal_line_party_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_payment_proposal_line')),
    sa.UniqueConstraint('company_id', 'payment_proposal_id', 'position', name=op.f('uq_payment_proposal_line_company_id_payment_proposal_id_position'))
    )
    op.create_index(op.f('ix_payment_proposal_line_company_id_bank_account_id'), 'payment_proposal_line', ['company_id', 'bank_account_id'], unique=False)
    op.create_index(op.f('ix_payment_proposal_line_company_id_open_item_id'), 'payment_proposal_line', ['company_id', 'open_item_id'], unique=False)
    op.create_index(op.f('ix_payment_proposal_line_company_id_party_id'), 'payment_proposal_line', ['company_id', 'party_id'], unique=False)
    op.create_index(op.f('ix_payment_proposal_line_company_id_payment_proposal_id'), 'payment_proposal_line', ['company_id', 'payment_proposal_id'], unique=False)
    op.create_index('uq_payment_proposal_line_open_once', 'payment_proposal_line', ['company_id', 'open_item_id'], unique=True, postgresql_where='is_open')
    op.create_table('purchase_requisition',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the requisition.'),
    sa.Column('site_id', sa.Uuid(), nullable=True, comment='The site that needs them.'),
    sa.Column('status', sa.Text(), nullable=False, comment='Where it is in its flow.'),
    sa.Column('requested_on', sa.Date(), nullable=False, comment='Day of the requisition.'),
    sa.Column('purpose', sa.Text(), nullable=False, comment='What the goods are needed for.'),
    sa.Column('total', sa.Numeric(precision=20, scale=6), nullable=False, comment='What it is expected to cost.'),
    sa.Column('requested_by', sa.Uuid(), nullable=False, comment='The user who asks for them.'),
    sa.Column('approved_by', sa.Uuid(), nullable=True, comment='The user who approved or rejected it.'),
    sa.Column('approved_for', sa.Uuid(), nullable=True, comment='The user whose limits were lent to who approved it.'),
    sa.Column('approved_on', sa.Date(), nullable=True, comment='Day of approval or rejection.'),
    sa.Column('reason', sa.Text(), nullable=True, comment='Why it was rejected.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("status IN ('PENDING') OR approved_by IS NOT NULL", name=op.f('ck_purchase_requisition_decided_by_someone')),
    sa.CheckConstraint("status IN ('PENDING', 'APPROVED', 'REJECTED', 'ORDERED')", name=op.f('ck_purchase_requisition_status_known')),
    sa.CheckConstraint('approved_by IS NULL OR approved_by <> requested_by', name=op.f('ck_purchase_requisition_requester_is_not_approver')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_purchase_requisition_number_length')),
    sa.CheckConstraint('char_length(purpose) <= 400', name=op.f('ck_purchase_requisition_purpose_length')),
    sa.CheckConstraint('char_length(reason) <= 400', name=op.f('ck_purchase_requisition_reason_length')),
    sa.ForeignKeyConstraint(['company_id', 'site_id'], ['site.company_id', 'site.id'], name=op.f('fk_purchase_requisition_company_id_site_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_purchase_requisition_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_purchase_requisition')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_purchase_requisition_company_id_number'))
    )
    op.create_index(op.f('ix_purchase_requisition_company_id_number_id'), 'purchase_requisition', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_purchase_requisition_company_id_requested_on_id'), 'purchase_requisition', ['company_id', 'requested_on', 'id'], unique=False)
    op.create_index(op.f('ix_purchase_requisition_company_id_site_id'), 'purchase_requisition', ['company_id', 'site_id'], unique=False)
    op.create_index(op.f('ix_purchase_requisition_company_id_status_id'), 'purchase_requisition', ['company_id', 'status', 'id'], unique=False)
    op.create_table('request_for_quotation',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the request.'),
    sa.Column('status', sa.Text(), nullable=False, comment='Where it is in its flow.'),
    sa.Column('site_id', sa.Uuid(), nullable=True, comment='The site that the goods are for.'),
    sa.Column('requested_on', sa.Date(), nullable=False, comment='Day of the request.'),
    sa.Column('answer_by', sa.Date(), nullable=False, comment='Last day for an answer.'),
    sa.Column('requested_by', sa.Uuid(), nullable=False, comment='The user who asks.'),
    sa.Column('awarded_by', sa.Uuid(), nullable=True, comment='The user who chose.'),
    sa.Column('award_reason', sa.Text(), nullable=True, comment='Why these offers were taken; always said where a dearer one was.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("status IN ('OPEN', 'AWARDED', 'CANCELLED')", name=op.f('ck_request_for_quotation_status_known')),
    sa.CheckConstraint('answer_by >= requested_on', name=op.f('ck_request_for_quotation_answer_after_request')),
    sa.CheckConstraint('char_length(award_reason) <= 400', name=op.f('ck_request_for_quotation_award_reason_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_request_for_quotation_number_length')),
    sa.ForeignKeyConstraint(['company_id', 'site_id'], ['site.company_id', 'site.id'], name=op.f('fk_request_for_quotation_company_id_site_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_request_for_quotation_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_request_for_quotation')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_request_for_quotation_company_id_number'))
    )
    op.create_index(op.f('ix_request_for_quotation_company_id_number_id'), 'request_for_quotation', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_request_for_quotation_company_id_requested_on_id'), 'request_for_quotation', ['company_id', 'requested_on', 'id'], unique=False)
    op.create_index(op.f('ix_request_for_quotation_company_id_site_id'), 'request_for_quotation', ['company_id', 'site_id'], unique=False)
    op.create_index(op.f('ix_request_for_quotation_company_id_status_id'), 'request_for_quotation', ['company_id', 'status', 'id'], unique=False)
    op.create_table('sales_order',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the order.'),
    sa.Column('customer_id', sa.Uuid(), nullable=False, comment='Who buys.'),
    sa.Column('ship_to_id', sa.Uuid(), nullable=True, comment='Where the goods go.'),
    sa.Column('site_id', sa.Uuid(), nullable=True, comment='The site that ships.'),
    sa.Column('status', sa.Text(), nullable=False, comment='Where the order is in its flow.'),
    sa.Column('customer_reference', sa.Text(), nullable=True, comment="The customer's own number."),
    sa.Column('ordered_on', sa.Date(), nullable=False, comment='Day of the order or quote.'),
    sa.Column('ship_on', sa.Date(), nullable=True, comment='Day the goods are to leave.'),
    sa.Column('quoted_until', sa.Date(), nullable=True, comment='Last day the quote can be confirmed.'),
    sa.Column('confirmed_on', sa.Date(), nullable=True, comment='Day of confirmation.'),
    sa.Column('currency', sa.Text(), nullable=False, comment='Currency of every price and amount of the order.'),
    sa.Column('subtotal', sa.Numeric(precision=20, scale=6), nullable=False, comment='Sum of the lines, net.'),
    sa.Column('tax', sa.Numeric(precision=20, scale=6), nullable=False, comment='Tax on the order.'),
    sa.Column('total_due', sa.Numeric(precision=20, scale=6), nullable=False, comment='Subtotal and tax.'),
    sa.Column('warnings', postgresql.ARRAY(sa.Text()), server_default='{}', nullable=False, comment='What the checks let pass but want to be seen, such as a licence that ends before shipping.'),
    sa.Column('created_by', sa.Uuid(), nullable=True, comment='The user who made the order.'),
    sa.Column('confirmed_by', sa.Uuid(), nullable=True, comment='The user who confirmed the order.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("status IN ('QUOTED', 'CONFIRMED', 'SHIPPED', 'COMPLETE', 'CANCELLED')", name=op.f('ck_sales_order_status_known')),
    sa.CheckConstraint("status NOT IN ('CONFIRMED', 'SHIPPED', 'COMPLETE') OR confirmed_on IS NOT NULL", name=op.f('ck_sales_order_confirmed_once')),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_sales_order_currency_length')),
    sa.CheckConstraint('char_length(customer_reference) <= 64', name=op.f('ck_sales_order_customer_reference_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_sales_order_number_length')),
    sa.CheckConstraint('total_due = subtotal + tax', name=op.f('ck_sales_order_total_due_sums')),
    sa.ForeignKeyConstraint(['company_id', 'site_id'], ['site.company_id', 'site.id'], name=op.f('fk_sales_order_company_id_site_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_sales_order_company_id')),
    sa.ForeignKeyConstraint(['customer_id'], ['party.id'], name=op.f('fk_sales_order_customer_id')),
    sa.ForeignKeyConstraint(['ship_to_id'], ['address.id'], name=op.f('fk_sales_order_ship_to_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_sales_order')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_sales_order_company_id_number'))
    )
    op.create_index(op.f('ix_sales_order_company_id_customer_id'), 'sales_order', ['company_id', 'customer_id'], unique=False)
    op.create_index(op.f('ix_sales_order_company_id_number_id'), 'sales_order', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_sales_order_company_id_ordered_on_id'), 'sales_order', ['company_id', 'ordered_on', 'id'], unique=False)
    op.create_index(op.f('ix_sales_order_company_id_ship_to_id'), 'sales_order', ['company_id', 'ship_to_id'], unique=False)
    op.create_index(op.f('ix_sales_order_company_id_site_id'), 'sales_order', ['company_id', 'site_id'], unique=False)
    op.create_index(op.f('ix_sales_order_company_id_status_id'), 'sales_order', ['company_id', 'status', 'id'], unique=False)
    op.create_index(op.f('ix_sales_order_company_id_total_due_id'), 'sales_order', ['company_id', 'total_due', 'id'], unique=False)
    op.create_table('supplier_invoice',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Our number of the invoice.'),
    sa.Column('kind', sa.Text(), nullable=False, comment='Invoice or credit note.'),
    sa.Column('status', sa.Text(), nullable=False, comment='Where the invoice is in its flow.'),
    sa.Column('supplier_id', sa.Uuid(), nullable=False, comment='Who charges.'),
    sa.Column('supplier_number', sa.Text(), nullable=False, comment="The supplier's number of the invoice."),
    sa.Column('invoiced_on', sa.Date(), nullable=False, comment='Day of the invoice, from which its terms run.'),
    sa.Column('posted_on', sa.Date(), nullable=True, comment='Day from which it counts in the books.'),
    sa.Column('currency', sa.Text(), nullable=False, comment='Currency of the invoice.'),
    sa.Column('net', sa.Numeric(precision=20, scale=6), nullable=False, comment='Amount without taxes.'),
    sa.Column('tax', sa.Numeric(precision=20, scale=6), nullable=False, comment='Taxes on it.'),
    sa.Column('total', sa.Numeric(precision=20, scale=6), nullable=False, comment='Amount with taxes.'),
    sa.Column('withheld', sa.Numeric(precision=20, scale=6), nullable=False, comment='Part of the total that we pay to the tax office for the supplier.'),
    sa.Column('held', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Part of the total for goods that had not come when it was posted.'),
    sa.Column('rate', sa.Numeric(precision=24, scale=10), nullable=True, comment="Units of the company's currency for one of the invoice's; that of the day it is posted unless given."),
    sa.Column('rate_type', sa.Text(), nullable=True, comment="Which rate it is; none in the company's currency."),
    sa.Column('payment_terms_id', sa.Uuid(), nullable=True, comment='Terms of payment.'),
    sa.Column('digital_number', sa.Text(), nullable=True, comment='Number of the digital tax invoice, 20 digits (China).'),
    sa.Column('match_status', sa.Text(), nullable=False, comment='Whether it matches orders and receipts, or may be paid all the same.'),
    sa.Column('payment_blocks', postgresql.ARRAY(sa.Text()), server_default='{}', nullable=False, comment='Why it must not be paid yet: PRICE, QUANTITY_OVER.'),
    sa.Column('credits_id', sa.Uuid(), nullable=True, comment='The invoice that a credit note takes back.'),
    sa.Column('reason', sa.Text(), nullable=True, comment='Why it was credited, released or cancelled.'),
    sa.Column('open_item_id', sa.Uuid(), nullable=True, comment='What is owed for it: the first of the items it opened.'),
    sa.Column('held_item_id', sa.Uuid(), nullable=True, comment='What is owed for goods that had not come: the first of the items held for them.'),
    sa.Column('journal_entry_id', sa.Uuid(), nullable=True, comment='The voucher it posted.'),
    sa.Column('created_by', sa.Uuid(), nullable=False, comment='Who registered it.'),
    sa.Column('posted_by', sa.Uuid(), nullable=True, comment='Who posted it.'),
    sa.Column('released_by', sa.Uuid(), nullable=True, comment='Who released its payment.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("(kind = 'CREDIT_NOTE') = (credits_id IS NOT NULL)", name=op.f('ck_supplier_invoice_credit_note_names_its_invoice')),
    sa.CheckConstraint("(match_status = 'BLOCKED') = (cardinality(payment_blocks) > 0)", name=op.f('ck_supplier_invoice_blocked_for_a_reason')),
    sa.CheckConstraint("(status = 'POSTED') = (journal_entry_id IS NOT NULL)", name=op.f('ck_supplier_invoice_posted_has_a_voucher')),
    sa.CheckConstraint("(status = 'POSTED') = (posted_on IS NOT NULL)", name=op.f('ck_supplier_invoice_posted_has_a_day')),
    sa.CheckConstraint("digital_number ~ '^[0-9]{20}$'", name=op.f('ck_supplier_invoice_digital_number_of_20_digits')),
    sa.CheckConstraint("kind IN ('INVOICE', 'CREDIT_NOTE')", name=op.f('ck_supplier_invoice_kind_known')),
    sa.CheckConstraint("match_status IN ('MATCHED', 'BLOCKED', 'RELEASED')", name=op.f('ck_supplier_invoice_match_status_known')),
    sa.CheckConstraint("rate_type IN ('SPOT', 'AVERAGE', 'CLOSING', 'GIVEN', 'HISTORIC')", name=op.f('ck_supplier_invoice_rate_type_known')),
    sa.CheckConstraint("status IN ('DRAFT', 'POSTED', 'CANCELLED')", name=op.f('ck_supplier_invoice_status_known')),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_supplier_invoice_currency_length')),
    sa.CheckConstraint('char_length(digital_number) <= 20', name=op.f('ck_supplier_invoice_digital_number_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_supplier_invoice_number_length')),
    sa.CheckConstraint('char_length(reason) <= 400', name=op.f('ck_supplier_invoice_reason_length')),
    sa.CheckConstraint('char_length(supplier_number) <= 64', name=op.f('ck_supplier_invoice_supplier_number_length')),
    sa.CheckConstraint('released_by IS NULL OR (released_by <> created_by AND released_by <> posted_by)', name=op.f('ck_supplier_invoice_maker_is_not_releaser')),
    sa.CheckConstraint('total = net + tax', name=op.f('ck_supplier_invoice_total_is_net_and_tax')),
    sa.ForeignKeyConstraint(['company_id', 'credits_id'], ['supplier_invoice.company_id', 'supplier_invoice.id'], name=op.f('fk_supplier_invoice_company_id_credits_id')),
    sa.ForeignKeyConstraint(['company_id', 'held_item_id'], ['open_item.company_id', 'open_item.id'], name=op.f('fk_supplier_invoice_company_id_held_item_id')),
    sa.ForeignKeyConstraint(['company_id', 'journal_entry_id'], ['journal_entry.company_id', 'journal_entry.id'], name=op.f('fk_supplier_invoice_company_id_journal_entry_id')),
    sa.ForeignKeyConstraint(['company_id', 'open_item_id'], ['open_item.company_id', 'open_item.id'], name=op.f('fk_supplier_invoice_company_id_open_item_id')),
    sa.ForeignKeyConstraint(['company_id', 'payment_terms_id'], ['payment_terms.company_id', 'payment_terms.id'], name=op.f('fk_supplier_invoice_company_id_payment_terms_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_supplier_invoice_company_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['party.id'], name=op.f('fk_supplier_invoice_supplier_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_supplier_invoice')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_supplier_invoice_company_id_number'))
    )
    op.create_index(op.f('ix_supplier_invoice_company_id_credits_id'), 'supplier_invoice', ['company_id', 'credits_id'], unique=False)
    op.create_index(op.f('ix_supplier_invoice_company_id_held_item_id'), 'supplier_invoice', ['company_id', 'held_item_id'], unique=False)
    op.create_index(op.f('ix_supplier_invoice_company_id_invoiced_on_id'), 'supplier_invoice', ['company_id', 'invoiced_on', 'id'], unique=False)
    op.create_index(op.f('ix_supplier_invoice_company_id_journal_entry_id'), 'supplier_invoice', ['company_id', 'journal_entry_id'], unique=False)
    op.create_index(op.f('ix_supplier_invoice_company_id_number_id'), 'supplier_invoice', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_supplier_invoice_company_id_open_item_id'), 'supplier_invoice', ['company_id', 'open_item_id'], unique=False)
    op.create_index(op.f('ix_supplier_invoice_company_id_payment_terms_id'), 'supplier_invoice', ['company_id', 'payment_terms_id'], unique=False)
    op.create_index(op.f('ix_supplier_invoice_company_id_status_id'), 'supplier_invoice', ['company_id', 'status', 'id'], unique=False)
    op.create_index(op.f('ix_supplier_invoice_company_id_supplier_id'), 'supplier_invoice', ['company_id', 'supplier_id'], unique=False)
    op.create_index('uq_supplier_invoice_supplier_number', 'supplier_invoice', ['company_id', 'supplier_id', 'supplier_number', 'kind'], unique=True, postgresql_where=sa.text("status != 'CANCELLED'"))
    op.create_table('webhook_delivery',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity, 0 for the group.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('subscription_id', sa.Uuid(), nullable=False, comment='The subscription.'),
    sa.Column('message_id', sa.Text(), nullable=False, comment='The header webhook-id: the same at every attempt and replay.'),
    sa.Column('replay_of_id', sa.Uuid(), nullable=True, comment='The delivery that this one repeats.'),
    sa.Column('event', sa.Text(), nullable=False, comment='Name of the event.'),
    sa.Column('position', sa.BigInteger(), nullable=False, comment='Position of the event among all events.'),
    sa.Column('place', sa.SmallInteger(), nullable=False, comment='Place of the record among those the event names.'),
    sa.Column('company_number', sa.SmallInteger(), nullable=False, comment='Company of the event, 0 for the group.'),
    sa.Column('record_type', sa.Text(), nullable=False, comment='Type of the record.'),
    sa.Column('record_id', sa.Uuid(), nullable=False, comment='Key of the record.'),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False, comment='When the event was recorded.'),
    sa.Column('queued_at', sa.DateTime(timezone=True), nullable=False, comment='When it was queued.'),
    sa.Column('status', sa.Text(), nullable=False, comment='Where the message stands.'),
    sa.Column('attempt_count', sa.Integer(), server_default='0', nullable=False, comment='Attempts so far.'),
    sa.Column('next_attempt_at', sa.DateTime(timezone=True), nullable=True, comment='When it is tried next.'),
    sa.Column('attempted_at', sa.DateTime(timezone=True), nullable=True, comment='When it was tried last.'),
    sa.Column('response_code', sa.SmallInteger(), nullable=True, comment='HTTP status of the last answer.'),
    sa.Column('duration_ms', sa.Integer(), nullable=True, comment='How long the last attempt took.'),
    sa.Column('failure', sa.Text(), nullable=True, comment='Why the last attempt failed: a stable code.'),
    sa.Column('response_excerpt', sa.Text(), nullable=True, comment='Beginning of the last answer.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("status IN ('PENDING', 'DELIVERED', 'NOT_VISIBLE', 'DEAD')", name=op.f('ck_webhook_delivery_status_known')),
    sa.CheckConstraint('attempt_count >= 0', name=op.f('ck_webhook_delivery_attempt_count_not_negative')),
    sa.CheckConstraint('char_length(event) <= 64', name=op.f('ck_webhook_delivery_event_length')),
    sa.CheckConstraint('char_length(failure) <= 64', name=op.f('ck_webhook_delivery_failure_length')),
    sa.CheckConstraint('char_length(message_id) <= 200', name=op.f('ck_webhook_delivery_message_id_length')),
    sa.CheckConstraint('char_length(record_type) <= 64', name=op.f('ck_webhook_delivery_record_type_length')),
    sa.CheckConstraint('char_length(response_excerpt) <= 500', name=op.f('ck_webhook_delivery_response_excerpt_length')),
    sa.ForeignKeyConstraint(['subscription_id'], ['webhook_subscription.id'], name=op.f('fk_webhook_delivery_subscription_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_webhook_delivery'))
    )
    op.create_index(op.f('ix_webhook_delivery_company_id_queued_at_id'), 'webhook_delivery', ['company_id', 'queued_at', 'id'], unique=False)
    op.create_index(op.f('ix_webhook_delivery_company_id_subscription_id'), 'webhook_delivery', ['company_id', 'subscription_id'], unique=False)
    op.create_index('ix_webhook_delivery_dead', 'webhook_delivery', ['company_id', 'subscription_id', 'position', 'place', 'id'], unique=False, postgresql_where=sa.text("status = 'DEAD'"))
    op.create_index('ix_webhook_delivery_waiting', 'webhook_delivery', ['company_id', 'subscription_id', 'position', 'place', 'id'], unique=False, postgresql_where=sa.text("status = 'PENDING'"))
    op.create_index('uq_webhook_delivery_original', 'webhook_delivery', ['company_id', 'subscription_id', 'position', 'place'], unique=True, postgresql_where=sa.text('replay_of_id IS NULL'))
    op.create_table('work_order',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the order.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What is made.'),
    sa.Column('site_id', sa.Uuid(), nullable=True, comment='Where it is made.'),
    sa.Column('status', sa.Text(), nullable=False, comment='Where it stands.'),
    sa.Column('ordered_quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='How many to make.'),
    sa.Column('stocked_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='How many were made and taken to stock.'),
    sa.Column('scrapped_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='How many were scrapped.'),
    sa.Column('scrap_reason_id', sa.Uuid(), nullable=True, comment='Why pieces were scrapped.'),
    sa.Column('started_on', sa.Date(), nullable=False, comment='Day work begins.'),
    sa.Column('ended_on', sa.Date(), nullable=True, comment='Day work ended.'),
    sa.Column('due_on', sa.Date(), nullable=False, comment='Day it is needed.'),
    sa.Column('is_historical', sa.Boolean(), server_default='false', nullable=False, comment='Whether it was imported from a legacy system, posting nothing.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("status IN ('DRAFT', 'RELEASED', 'STARTED', 'COMPLETED', 'CLOSED')", name=op.f('ck_work_order_status_known')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_work_order_number_length')),
    sa.CheckConstraint('ordered_quantity > 0', name=op.f('ck_work_order_ordered_quantity_positive')),
    sa.CheckConstraint('stocked_quantity >= 0 AND scrapped_quantity >= 0', name=op.f('ck_work_order_results_not_negative')),
    sa.ForeignKeyConstraint(['company_id', 'scrap_reason_id'], ['scrap_reason.company_id', 'scrap_reason.id'], name=op.f('fk_work_order_company_id_scrap_reason_id')),
    sa.ForeignKeyConstraint(['company_id', 'site_id'], ['site.company_id', 'site.id'], name=op.f('fk_work_order_company_id_site_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_work_order_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_work_order_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_work_order')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_work_order_company_id_number'))
    )
    op.create_index(op.f('ix_work_order_company_id_due_on_id'), 'work_order', ['company_id', 'due_on', 'id'], unique=False)
    op.create_index(op.f('ix_work_order_company_id_item_id'), 'work_order', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_work_order_company_id_number_id'), 'work_order', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_work_order_company_id_scrap_reason_id'), 'work_order', ['company_id', 'scrap_reason_id'], unique=False)
    op.create_index(op.f('ix_work_order_company_id_site_id'), 'work_order', ['company_id', 'site_id'], unique=False)
    op.create_index(op.f('ix_work_order_company_id_started_on_id'), 'work_order', ['company_id', 'started_on', 'id'], unique=False)
    op.create_table('bank_statement_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('bank_statement_id', sa.Uuid(), nullable=False, comment='The statement.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place on the statement.'),
    sa.Column('booked_on', sa.Date(), nullable=False, comment='Day the bank booked it.'),
    sa.Column('amount', sa.Numeric(precision=20, scale=6), nullable=False, comment='How much: in positive, out negative.'),
    sa.Column('reference_text', sa.Text(), nullable=True, comment='The reference that came with it, such as our end-to-end id.'),
    sa.Column('counterparty', sa.Text(), nullable=True, comment='Name of the other side.'),
    sa.Column('counterparty_account', sa.Text(), nullable=True, comment='Account of the other side.'),
    sa.Column('remittance', sa.Text(), nullable=True, comment='What it was paid for, in words.'),
    sa.Column('payment_id', sa.Uuid(), nullable=True, comment='The payment it is; none while it is not matched.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('amount <> 0', name=op.f('ck_bank_statement_line_amount_moves')),
    sa.CheckConstraint('char_length(counterparty) <= 400', name=op.f('ck_bank_statement_line_counterparty_length')),
    sa.CheckConstraint('char_length(counterparty_account) <= 64', name=op.f('ck_bank_statement_line_counterparty_account_length')),
    sa.CheckConstraint('char_length(reference_text) <= 400', name=op.f('ck_bank_statement_line_reference_text_length')),
    sa.CheckConstraint('char_length(remittance) <= 2000', name=op.f('ck_bank_statement_line_remittance_length')),
    sa.ForeignKeyConstraint(['company_id', 'bank_statement_id'], ['bank_statement.company_id', 'bank_statement.id'], name=op.f('fk_bank_statement_line_company_id_bank_statement_id')),
    sa.ForeignKeyConstraint(['company_id', 'payment_id'], ['payment.company_id', 'payment.id'], name=op.f('fk_bank_statement_line_company_id_payment_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_bank_statement_line_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_bank_statement_line')),
    sa.UniqueConstraint('company_id', 'bank_statement_id', 'position', name=op.f('uq_bank_statement_line_company_id_bank_statement_id_position'))
    )
    op.create_index(op.f('ix_bank_statement_line_company_id_bank_statement_id'), 'bank_statement_line', ['company_id', 'bank_statement_id'], unique=False)
    op.create_index(op.f('ix_bank_statement_line_company_id_payment_id'), 'bank_statement_line', ['company_id', 'payment_id'], unique=False)
    op.create_index('uq_bank_statement_line_payment_once', 'bank_statement_line', ['company_id', 'payment_id'], unique=True, postgresql_where=sa.text('payment_id IS NOT NULL'))
    op.create_table('customer_invoice_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('customer_invoice_id', sa.Uuid(), nullable=False, comment='The invoice.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place on the invoice.'),
    sa.Column('description', sa.Text(), nullable=False, comment='What is charged.'),
    sa.Column('account_id', sa.Uuid(), nullable=False, comment='The income it counts as.'),
    sa.Column('item_id', sa.Uuid(), nullable=True, comment='The item sold.'),
    sa.Column('quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='How much.'),
    sa.Column('unit_price', sa.Numeric(precision=24, scale=10), nullable=False, comment='Price of one.'),
    sa.Column('tax_code_id', sa.Uuid(), nullable=True, comment='Its tax treatment.'),
    sa.Column('net', sa.Numeric(precision=20, scale=6), nullable=False, comment='Amount without taxes.'),
    sa.Column('tax', sa.Numeric(precision=20, scale=6), nullable=False, comment='Its share of the taxes; what is withheld not counted.'),
    sa.Column('credits_id', sa.Uuid(), nullable=True, comment='The blue line that a red line takes back.'),
    sa.Column('cost_centre_id', sa.Uuid(), nullable=True, comment='The cost centre that bears the amount.'),
    sa.Column('profit_centre_id', sa.Uuid(), nullable=True, comment='The profit centre that earns the amount.'),
    sa.Column('project_code', sa.Text(), nullable=True, comment='Code of the project the amount belongs to.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(description) <= 400', name=op.f('ck_customer_invoice_line_description_length')),
    sa.CheckConstraint('char_length(project_code) <= 64', name=op.f('ck_customer_invoice_line_project_code_length')),
    sa.ForeignKeyConstraint(['company_id', 'account_id'], ['account.company_id', 'account.id'], name=op.f('fk_customer_invoice_line_company_id_account_id')),
    sa.ForeignKeyConstraint(['company_id', 'cost_centre_id'], ['cost_centre.company_id', 'cost_centre.id'], name=op.f('fk_customer_invoice_line_company_id_cost_centre_id')),
    sa.ForeignKeyConstraint(['company_id', 'credits_id'], ['customer_invoice_line.company_id', 'customer_invoice_line.id'], name=op.f('fk_customer_invoice_line_company_id_credits_id')),
    sa.ForeignKeyConstraint(['company_id', 'customer_invoice_id'], ['customer_invoice.company_id', 'customer_invoice.id'], name=op.f('fk_customer_invoice_line_company_id_customer_invoice_id')),
    sa.ForeignKeyConstraint(['company_id', 'profit_centre_id'], ['profit_centre.company_id', 'profit_centre.id'], name=op.f('fk_customer_invoice_line_company_id_profit_centre_id')),
    sa.ForeignKeyConstraint(['company_id', 'tax_code_id'], ['tax_code.company_id', 'tax_code.id'], name=op.f('fk_customer_invoice_line_company_id_tax_code_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_customer_invoice_line_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_customer_invoice_line_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_customer_invoice_line')),
    sa.UniqueConstraint('company_id', 'customer_invoice_id', 'position', name=op.f('uq_customer_invoice_line_company_id_customer_invoice_id_position'))
    )
    op.create_index(op.f('ix_customer_invoice_line_company_id_account_id'), 'customer_invoice_line', ['company_id', 'account_id'], unique=False)
    op.create_index(op.f('ix_customer_invoice_line_company_id_cost_centre_id'), 'customer_invoice_line', ['company_id', 'cost_centre_id'], unique=False)
    op.create_index(op.f('ix_customer_invoice_line_company_id_credits_id'), 'customer_invoice_line', ['company_id', 'credits_id'], unique=False)
    op.create_index(op.f('ix_customer_invoice_line_company_id_customer_invoice_id'), 'customer_invoice_line', ['company_id', 'customer_invoice_id'], unique=False)
    op.create_index(op.f('ix_customer_invoice_line_company_id_item_id'), 'customer_invoice_line', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_customer_invoice_line_company_id_profit_centre_id'), 'customer_invoice_line', ['company_id', 'profit_centre_id'], unique=False)
    op.create_index(op.f('ix_customer_invoice_line_company_id_tax_code_id'), 'customer_invoice_line', ['company_id', 'tax_code_id'], unique=False)
    op.create_table('customer_invoice_tax',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('customer_invoice_id', sa.Uuid(), nullable=False, comment='The invoice.'),
    sa.Column('tax_rule_id', sa.Uuid(), nullable=False, comment='The rule.'),
    sa.Column('base', sa.Numeric(precision=20, scale=6), nullable=False, comment='Net amount of the lines it applies to.'),
    sa.Column('tax', sa.Numeric(precision=20, scale=6), nullable=False, comment='The tax.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.ForeignKeyConstraint(['company_id', 'customer_invoice_id'], ['customer_invoice.company_id', 'customer_invoice.id'], name=op.f('fk_customer_invoice_tax_company_id_customer_invoice_id')),
    sa.ForeignKeyConstraint(['company_id', 'tax_rule_id'], ['tax_rule.company_id', 'tax_rule.id'], name=op.f('fk_customer_invoice_tax_company_id_tax_rule_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_customer_invoice_tax_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_customer_invoice_tax')),
    sa.UniqueConstraint('company_id', 'customer_invoice_id', 'tax_rule_id', name=op.f('uq_customer_invoice_tax_company_id_customer_invoice_id_tax_rule_id'))
    )
    op.create_index(op.f('ix_customer_invoice_tax_company_id_customer_invoice_id'), 'customer_invoice_tax', ['company_id', 'customer_invoice_id'], unique=False)
    op.create_index(op.f('ix_customer_invoice_tax_company_id_tax_rule_id'), 'customer_invoice_tax', ['company_id', 'tax_rule_id'], unique=False)
    op.create_table('deferral_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('deferral_id', sa.Uuid(), nullable=False, comment='The deferral.'),
    sa.Column('position', sa.SmallInteger(), nullable=False, comment='1-based place in the plan.'),
    sa.Column('due_on', sa.Date(), nullable=False, comment='Last day of the month.'),
    sa.Column('amount', sa.Numeric(precision=20, scale=6), nullable=False, comment='What the month releases.'),
    sa.Column('journal_entry_id', sa.Uuid(), nullable=True, comment='The voucher that released it; none before.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.ForeignKeyConstraint(['company_id', 'deferral_id'], ['deferral.company_id', 'deferral.id'], name=op.f('fk_deferral_line_company_id_deferral_id')),
    sa.ForeignKeyConstraint(['company_id', 'journal_entry_id'], ['journal_entry.company_id', 'journal_entry.id'], name=op.f('fk_deferral_line_company_id_journal_entry_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_deferral_line_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_deferral_line')),
    sa.UniqueConstraint('company_id', 'deferral_id', 'position', name=op.f('uq_deferral_line_company_id_deferral_id_position'))
    )
    op.create_index(op.f('ix_deferral_line_company_id_deferral_id'), 'deferral_line', ['company_id', 'deferral_id'], unique=False)
    op.create_index(op.f('ix_deferral_line_company_id_journal_entry_id'), 'deferral_line', ['company_id', 'journal_entry_id'], unique=False)
    op.create_index('ix_deferral_line_due', 'deferral_line', ['company_id', 'due_on'], unique=False, postgresql_where=sa.text('journal_entry_id IS NULL'))
    op.create_table('employee_address',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('employee_id', sa.Uuid(), nullable=False, comment='Who lives there.'),
    sa.Column('line_1', sa.Text(), nullable=False, comment='Street and number.'),
    sa.Column('line_2', sa.Text(), nullable=True, comment='Building, floor, unit.'),
    sa.Column('city', sa.Text(), nullable=False, comment='City.'),
    sa.Column('region', sa.Text(), nullable=True, comment='State or province.'),
    sa.Column('region_code', sa.Text(), nullable=True, comment='Code of the state or province.'),
    sa.Column('postal_code', sa.Text(), nullable=True, comment='Postal code.'),
    sa.Column('country', sa.Text(), nullable=False, comment='Country.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(city) <= 400', name=op.f('ck_employee_address_city_length')),
    sa.CheckConstraint('char_length(country) <= 2', name=op.f('ck_employee_address_country_length')),
    sa.CheckConstraint('char_length(line_1) <= 400', name=op.f('ck_employee_address_line_1_length')),
    sa.CheckConstraint('char_length(line_2) <= 400', name=op.f('ck_employee_address_line_2_length')),
    sa.CheckConstraint('char_length(postal_code) <= 64', name=op.f('ck_employee_address_postal_code_length')),
    sa.CheckConstraint('char_length(region) <= 400', name=op.f('ck_employee_address_region_length')),
    sa.CheckConstraint('char_length(region_code) <= 16', name=op.f('ck_employee_address_region_code_length')),
    sa.ForeignKeyConstraint(['company_id', 'employee_id'], ['employee.company_id', 'employee.id'], name=op.f('fk_employee_address_company_id_employee_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_employee_address_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_employee_address'))
    )
    op.create_index(op.f('ix_employee_address_company_id_employee_id'), 'employee_address', ['company_id', 'employee_id'], unique=False)
    op.create_table('employee_assignment',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('employee_id', sa.Uuid(), nullable=False, comment='Who works there.'),
    sa.Column('department_id', sa.Uuid(), nullable=False, comment='The department.'),
    sa.Column('shift', sa.Text(), server_default='Day', nullable=False, comment='Name of the shift.'),
    sa.Column('valid_from', sa.Date(), nullable=False, comment='First day.'),
    sa.Column('valid_to', sa.Date(), nullable=True, comment='Last day; none while it lasts.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(shift) <= 400', name=op.f('ck_employee_assignment_shift_length')),
    sa.CheckConstraint('valid_to IS NULL OR valid_to >= valid_from', name=op.f('ck_employee_assignment_valid_period')),
    sa.ForeignKeyConstraint(['company_id', 'department_id'], ['department.company_id', 'department.id'], name=op.f('fk_employee_assignment_company_id_department_id')),
    sa.ForeignKeyConstraint(['company_id', 'employee_id'], ['employee.company_id', 'employee.id'], name=op.f('fk_employee_assignment_company_id_employee_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_employee_assignment_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_employee_assignment')),
    sa.UniqueConstraint('company_id', 'employee_id', 'department_id', 'shift', 'valid_from', name=op.f('uq_employee_assignment_company_id_employee_id_department_id_shift_valid_from'))
    )
    op.create_index(op.f('ix_employee_assignment_company_id_department_id'), 'employee_assignment', ['company_id', 'department_id'], unique=False)
    op.create_index(op.f('ix_employee_assignment_company_id_employee_id'), 'employee_assignment', ['company_id', 'employee_id'], unique=False)
    op.create_table('employee_pay_rate',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('employee_id', sa.Uuid(), nullable=False, comment='Who is paid.'),
    sa.Column('valid_from', sa.Date(), nullable=False, comment='First day of the rate.'),
    sa.Column('rate', sa.Numeric(precision=24, scale=10), nullable=False, comment='Pay for one hour.'),
    sa.Column('frequency', sa.Text(), nullable=False, comment='How often pay is paid.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("frequency IN ('MONTHLY', 'BIWEEKLY')", name=op.f('ck_employee_pay_rate_frequency_known')),
    sa.CheckConstraint('rate >= 0', name=op.f('ck_employee_pay_rate_rate_not_negative')),
    sa.ForeignKeyConstraint(['company_id', 'employee_id'], ['employee.company_id', 'employee.id'], name=op.f('fk_employee_pay_rate_company_id_employee_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_employee_pay_rate_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_employee_pay_rate')),
    sa.UniqueConstraint('company_id', 'employee_id', 'valid_from', name=op.f('uq_employee_pay_rate_company_id_employee_id_valid_from'))
    )
    op.create_index(op.f('ix_employee_pay_rate_company_id_employee_id'), 'employee_pay_rate', ['company_id', 'employee_id'], unique=False)
    op.create_table('intercompany_trade',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of this side.'),
    sa.Column('side', sa.Text(), nullable=False, comment='Whether the company sold or bought.'),
    sa.Column('pair_id', sa.Uuid(), nullable=False, comment='What both sides share.'),
    sa.Column('partner_id', sa.Uuid(), nullable=False, comment='The other company.'),
    sa.Column('partner_code', sa.Text(), nullable=False, comment='Code of the other company.'),
    sa.Column('partner_number', sa.Text(), nullable=False, comment='Number of the other side.'),
    sa.Column('party_id', sa.Uuid(), nullable=False, comment='The party that the other company is.'),
    sa.Column('traded_on', sa.Date(), nullable=False, comment='Day of the trade.'),
    sa.Column('currency', sa.Text(), nullable=False, comment='Currency of the trade.'),
    sa.Column('total', sa.Numeric(precision=20, scale=6), nullable=False, comment='What one owes the other, taxes included.'),
    sa.Column('customer_invoice_id', sa.Uuid(), nullable=True, comment="The invoice of the seller; none on the buyer's side."),
    sa.Column('journal_entry_id', sa.Uuid(), nullable=False, comment='The voucher it posted.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("(side = 'SELLER') = (customer_invoice_id IS NOT NULL)", name=op.f('ck_intercompany_trade_seller_has_the_invoice')),
    sa.CheckConstraint("side IN ('SELLER', 'BUYER')", name=op.f('ck_intercompany_trade_side_known')),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_intercompany_trade_currency_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_intercompany_trade_number_length')),
    sa.CheckConstraint('char_length(partner_code) <= 64', name=op.f('ck_intercompany_trade_partner_code_length')),
    sa.CheckConstraint('char_length(partner_number) <= 64', name=op.f('ck_intercompany_trade_partner_number_length')),
    sa.ForeignKeyConstraint(['company_id', 'customer_invoice_id'], ['customer_invoice.company_id', 'customer_invoice.id'], name=op.f('fk_intercompany_trade_company_id_customer_invoice_id')),
    sa.ForeignKeyConstraint(['company_id', 'journal_entry_id'], ['journal_entry.company_id', 'journal_entry.id'], name=op.f('fk_intercompany_trade_company_id_journal_entry_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_intercompany_trade_company_id')),
    sa.ForeignKeyConstraint(['partner_id'], ['company.id'], name=op.f('fk_intercompany_trade_partner_id')),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('fk_intercompany_trade_party_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_intercompany_trade')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_intercompany_trade_company_id_number')),
    sa.UniqueConstraint('company_id', 'pair_id', name=op.f('uq_intercompany_trade_company_id_pair_id'))
    )
    op.create_index(op.f('ix_intercompany_trade_company_id_customer_invoice_id'), 'intercompany_trade', ['company_id', 'customer_invoice_id'], unique=False)
    op.create_index(op.f('ix_intercompany_trade_company_id_journal_entry_id'), 'intercompany_trade', ['company_id', 'journal_entry_id'], unique=False)
    op.create_index(op.f('ix_intercompany_trade_company_id_number_id'), 'intercompany_trade', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_intercompany_trade_company_id_partner_id'), 'intercompany_trade', ['company_id', 'partner_id'], unique=False)
    op.create_index(op.f('ix_intercompany_trade_company_id_party_id'), 'intercompany_trade', ['company_id', 'party_id'], unique=False)
    op.create_index(op.f('ix_intercompany_trade_company_id_traded_on_id'), 'intercompany_trade', ['company_id', 'traded_on', 'id'], unique=False)
    op.create_table('lease_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('lease_id', sa.Uuid(), nullable=False, comment='The lease.'),
    sa.Column('position', sa.SmallInteger(), nullable=False, comment='1-based number of the payment.'),
    sa.Column('due_on', sa.Date(), nullable=False, comment='Day of the payment.'),
    sa.Column('payment', sa.Numeric(precision=20, scale=6), nullable=False, comment='What is paid.'),
    sa.Column('interest', sa.Numeric(precision=20, scale=6), nullable=False, comment='Interest of the month.'),
    sa.Column('principal', sa.Numeric(precision=20, scale=6), nullable=False, comment='What the payment takes off the liability.'),
    sa.Column('closing', sa.Numeric(precision=20, scale=6), nullable=False, comment='What is owed after it.'),
    sa.Column('journal_entry_id', sa.Uuid(), nullable=True, comment='The voucher of the payment; none before.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('payment = interest + principal', name=op.f('ck_lease_line_payment_is_interest_and_principal')),
    sa.ForeignKeyConstraint(['company_id', 'journal_entry_id'], ['journal_entry.company_id', 'journal_entry.id'], name=op.f('fk_lease_line_company_id_journal_entry_id')),
    sa.ForeignKeyConstraint(['company_id', 'lease_id'], ['lease.company_id', 'lease.id'], name=op.f('fk_lease_line_company_id_lease_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_lease_line_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_lease_line')),
    sa.UniqueConstraint('company_id', 'lease_id', 'position', name=op.f('uq_lease_line_company_id_lease_id_position'))
    )
    op.create_index(op.f('ix_lease_line_company_id_journal_entry_id'), 'lease_line', ['company_id', 'journal_entry_id'], unique=False)
    op.create_index(op.f('ix_lease_line_company_id_lease_id'), 'lease_line', ['company_id', 'lease_id'], unique=False)
    op.create_index('ix_lease_line_due', 'lease_line', ['company_id', 'due_on'], unique=False, postgresql_where=sa.text('journal_entry_id IS NULL'))
    op.create_table('open_item_entry',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('open_item_id', sa.Uuid(), nullable=False, comment='The item.'),
    sa.Column('kind', sa.Text(), nullable=False, comment='What happened.'),
    sa.Column('matching_id', sa.Uuid(), nullable=True, comment='The matching that did it, or was undone.'),
    sa.Column('journal_entry_id', sa.Uuid(), nullable=True, comment='The voucher it stands in; none where items of one account met exactly.'),
    sa.Column('occurred_on', sa.Date(), nullable=False, comment='Day from which it counts.'),
    sa.Column('transaction_amount', sa.Numeric(precision=20, scale=6), nullable=False, comment="Change in the document's currency."),
    sa.Column('amount', sa.Numeric(precision=20, scale=6), nullable=False, comment="Change in the company's currency."),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("(kind = 'MATCHING') = (matching_id IS NOT NULL)", name=op.f('ck_open_item_entry_matching_is_named')),
    sa.CheckConstraint("kind IN ('ORIGIN', 'MATCHING', 'REVALUATION')", name=op.f('ck_open_item_entry_kind_known')),
    sa.CheckConstraint('amount <> 0 OR transaction_amount <> 0', name=op.f('ck_open_item_entry_amount_moves')),
    sa.ForeignKeyConstraint(['company_id', 'journal_entry_id'], ['journal_entry.company_id', 'journal_entry.id'], name=op.f('fk_open_item_entry_company_id_journal_entry_id')),
    sa.ForeignKeyConstraint(['company_id', 'matching_id'], ['matching.company_id', 'matching.id'], name=op.f('fk_open_item_entry_company_id_matching_id')),
    sa.ForeignKeyConstraint(['company_id', 'open_item_id'], ['open_item.company_id', 'open_item.id'], name=op.f('fk_open_item_entry_company_id_open_item_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_open_item_entry_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_open_item_entry'))
    )
    op.create_index(op.f('ix_open_item_entry_company_id_journal_entry_id'), 'open_item_entry', ['company_id', 'journal_entry_id'], unique=False)
    op.create_index(op.f('ix_open_item_entry_company_id_matching_id'), 'open_item_entry', ['company_id', 'matching_id'], unique=False)
    op.create_index(op.f('ix_open_item_entry_company_id_open_item_id'), 'open_item_entry', ['company_id', 'open_item_id'], unique=False)
    op.create_index('ix_open_item_entry_day', 'open_item_entry', ['company_id', 'occurred_on', 'open_item_id'], unique=False)
    op.create_table('purchase_order',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the order.'),
    sa.Column('supplier_id', sa.Uuid(), nullable=False, comment='Who delivers.'),
    sa.Column('site_id', sa.Uuid(), nullable=True, comment='The site that the goods are for.'),
    sa.Column('status', sa.Text(), nullable=False, comment='Where the order is in its flow.'),
    sa.Column('revision', sa.Integer(), server_default='0', nullable=False, comment='Revision of the document.'),
    sa.Column('ordered_on', sa.Date(), nullable=False, comment='Day of the order.'),
    sa.Column('ship_on', sa.Date(), nullable=True, comment='Day the goods are to leave the supplier.'),
    sa.Column('currency', sa.Text(), nullable=False, comment='Currency of every price and amount of the order.'),
    sa.Column('subtotal', sa.Numeric(precision=20, scale=6), nullable=False, comment='Sum of the lines.'),
    sa.Column('tax', sa.Numeric(precision=20, scale=6), nullable=False, comment='Tax on the order.'),
    sa.Column('freight', sa.Numeric(precision=20, scale=6), nullable=False, comment='Freight on the order.'),
    sa.Column('total_due', sa.Numeric(precision=20, scale=6), nullable=False, comment='Subtotal, tax and freight.'),
    sa.Column('requester_id', sa.Uuid(), nullable=True, comment='The employee who asked for the goods.'),
    sa.Column('approver_id', sa.Uuid(), nullable=True, comment='The employee who approved the order.'),
    sa.Column('requested_by', sa.Uuid(), nullable=True, comment='The user who created the order.'),
    sa.Column('approved_by', sa.Uuid(), nullable=True, comment='The user who approved or rejected the order.'),
    sa.Column('approved_for', sa.Uuid(), nullable=True, comment='The user whose limits were lent to who approved it.'),
    sa.Column('approved_on', sa.Date(), nullable=True, comment='Day of approval or rejection.'),
    sa.Column('reason', sa.Text(), nullable=True, comment='Why the order was rejected.'),
    sa.Column('is_historical', sa.Boolean(), server_default='false', nullable=False, comment="Whether another system made the order; it posts nothing and its quantities are that system's."),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("is_historical OR status <> 'APPROVED' OR approved_by IS NOT NULL", name=op.f('ck_purchase_order_approved_by_someone')),
    sa.CheckConstraint("status IN ('PENDING', 'APPROVED', 'REJECTED', 'COMPLETE', 'CANCELLED')", name=op.f('ck_purchase_order_status_known')),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_purchase_order_currency_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_purchase_order_number_length')),
    sa.CheckConstraint('char_length(reason) <= 400', name=op.f('ck_purchase_order_reason_length')),
    sa.CheckConstraint('is_historical OR (subtotal >= 0 AND tax >= 0 AND freight >= 0)', name=op.f('ck_purchase_order_amounts_not_negative')),
    sa.CheckConstraint('is_historical OR approved_by IS NULL OR approved_by <> requested_by', name=op.f('ck_purchase_order_requester_is_not_approver')),
    sa.CheckConstraint('is_historical OR total_due = subtotal + tax + freight', name=op.f('ck_purchase_order_total_due_sums')),
    sa.ForeignKeyConstraint(['company_id', 'approver_id'], ['employee.company_id', 'employee.id'], name=op.f('fk_purchase_order_company_id_approver_id')),
    sa.ForeignKeyConstraint(['company_id', 'requester_id'], ['employee.company_id', 'employee.id'], name=op.f('fk_purchase_order_company_id_requester_id')),
    sa.ForeignKeyConstraint(['company_id', 'site_id'], ['site.company_id', 'site.id'], name=op.f('fk_purchase_order_company_id_site_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_purchase_order_company_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['party.id'], name=op.f('fk_purchase_order_supplier_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_purchase_order')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_purchase_order_company_id_number'))
    )
    op.create_index(op.f('ix_purchase_order_company_id_approver_id'), 'purchase_order', ['company_id', 'approver_id'], unique=False)
    op.create_index(op.f('ix_purchase_order_company_id_number_id'), 'purchase_order', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_purchase_order_company_id_ordered_on_id'), 'purchase_order', ['company_id', 'ordered_on', 'id'], unique=False)
    op.create_index(op.f('ix_purchase_order_company_id_requester_id'), 'purchase_order', ['company_id', 'requester_id'], unique=False)
    op.create_index(op.f('ix_purchase_order_company_id_site_id'), 'purchase_order', ['company_id', 'site_id'], unique=False)
    op.create_index(op.f('ix_purchase_order_company_id_status_id'), 'purchase_order', ['company_id', 'status', 'id'], unique=False)
    op.create_index(op.f('ix_purchase_order_company_id_supplier_id'), 'purchase_order', ['company_id', 'supplier_id'], unique=False)
    op.create_index(op.f('ix_purchase_order_company_id_total_due_id'), 'purchase_order', ['company_id', 'total_due', 'id'], unique=False)
    op.create_table('purchase_requisition_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('purchase_requisition_id', sa.Uuid(), nullable=False, comment='The requisition.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place on the requisition.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What is needed.'),
    sa.Column('quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='How much is needed.'),
    sa.Column('ordered_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='On order: what orders that were not rejected want of it.'),
    sa.Column('needed_on', sa.Date(), nullable=True, comment='Day by which it is needed.'),
    sa.Column('account_id', sa.Uuid(), nullable=True, comment='The cost it counts as, where it is not goods for stock.'),
    sa.Column('cost_centre_id', sa.Uuid(), nullable=True, comment='The cost centre that bears it.'),
    sa.Column('expected_price', sa.Numeric(precision=24, scale=10), nullable=False, comment='What one unit is expected to cost, as who asks thinks.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('cost_centre_id IS NULL OR account_id IS NOT NULL', name=op.f('ck_purchase_requisition_line_cost_centre_of_a_cost')),
    sa.CheckConstraint('expected_price >= 0', name=op.f('ck_purchase_requisition_line_price_not_negative')),
    sa.CheckConstraint('ordered_quantity >= 0', name=op.f('ck_purchase_requisition_line_ordered_not_negative')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_purchase_requisition_line_quantity_positive')),
    sa.ForeignKeyConstraint(['company_id', 'account_id'], ['account.company_id', 'account.id'], name=op.f('fk_purchase_requisition_line_company_id_account_id')),
    sa.ForeignKeyConstraint(['company_id', 'cost_centre_id'], ['cost_centre.company_id', 'cost_centre.id'], name=op.f('fk_purchase_requisition_line_company_id_cost_centre_id')),
    sa.ForeignKeyConstraint(['company_id', 'purchase_requisition_id'], ['purchase_requisition.company_id', 'purchase_requisition.id'], name=op.f('fk_purchase_requisition_line_company_id_purchase_requisition_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_purchase_requisition_line_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_purchase_requisition_line_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_purchase_requisition_line')),
    sa.UniqueConstraint('company_id', 'purchase_requisition_id', 'position', name=op.f('uq_purchase_requisition_line_company_id_purchase_requisition_id_position'))
    )
    op.create_index(op.f('ix_purchase_requisition_line_company_id_account_id'), 'purchase_requisition_line', ['company_id', 'account_id'], unique=False)
    op.create_index(op.f('ix_purchase_requisition_line_company_id_cost_centre_id'), 'purchase_requisition_line', ['company_id', 'cost_centre_id'], unique=False)
    op.create_index(op.f('ix_purchase_requisition_line_company_id_item_id'), 'purchase_requisition_line', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_purchase_requisition_line_company_id_purchase_requisition_id'), 'purchase_requisition_line', ['company_id', 'purchase_requisition_id'], unique=False)
    op.create_table('sales_order_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('sales_order_id', sa.Uuid(), nullable=False, comment='The order the line belongs to.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place on the order.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What is sold.'),
    sa.Column('ordered_quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='Ordered.'),
    sa.Column('allocated_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Promised from stock and not shipped yet.'),
    sa.Column('picked_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Of what is allocated, what is picked for shipments that have not left.'),
    sa.Column('shipped_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Left for the customer.'),
    sa.Column('returned_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Came back.'),
    sa.Column('replaced_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Of what came back, what is to be shipped again.'),
    sa.Column('cancelled_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Will not be shipped.'),
    sa.Column('open_quantity', sa.Numeric(precision=20, scale=6), sa.Computed('ordered_quantity + replaced_quantity - allocated_quantity - shipped_quantity - cancelled_quantity', persisted=True), nullable=False, comment='Neither allocated nor shipped nor cancelled: what is owed to the customer and not at hand.'),
    sa.Column('invoiced_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Invoiced, credit notes taken off.'),
    sa.Column('unit_price', sa.Numeric(precision=24, scale=10), nullable=False, comment='Net price of one unit.'),
    sa.Column('price_source', sa.Text(), nullable=False, comment='The rule that set the price: a list with its line, or whoever gave it by hand.'),
    sa.Column('list_price', sa.Numeric(precision=24, scale=10), nullable=True, comment='What the price lists say one unit costs this customer; none where no list has it.'),
    sa.Column('tax_code_id', sa.Uuid(), nullable=True, comment='Its tax treatment; none for no tax.'),
    sa.Column('line_total', sa.Numeric(precision=20, scale=6), nullable=False, comment='Quantity at the unit price.'),
    sa.Column('tax', sa.Numeric(precision=20, scale=6), nullable=False, comment='Tax on the line.'),
    sa.Column('due_on', sa.Date(), nullable=True, comment='Day the customer wants it.'),
    sa.Column('life_days_min', sa.Integer(), nullable=True, comment='Days of life that a lot must have left at delivery.'),
    sa.Column('discount_percent', sa.Numeric(precision=24, scale=10), server_default='0', nullable=False, comment='Taken off the price of the list.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('allocated_quantity + shipped_quantity + cancelled_quantity <= ordered_quantity + replaced_quantity', name=op.f('ck_sales_order_line_shipped_within_ordered')),
    sa.CheckConstraint('allocated_quantity >= 0 AND picked_quantity >= 0 AND shipped_quantity >= 0 AND returned_quantity >= 0 AND replaced_quantity >= 0 AND cancelled_quantity >= 0 AND invoiced_quantity >= 0', name=op.f('ck_sales_order_line_quantities_not_negative')),
    sa.CheckConstraint('char_length(price_source) <= 400', name=op.f('ck_sales_order_line_price_source_length')),
    sa.CheckConstraint('invoiced_quantity <= shipped_quantity', name=op.f('ck_sales_order_line_invoiced_within_shipped')),
    sa.CheckConstraint('ordered_quantity > 0', name=op.f('ck_sales_order_line_ordered_quantity_positive')),
    sa.CheckConstraint('picked_quantity <= allocated_quantity', name=op.f('ck_sales_order_line_picked_within_allocated')),
    sa.CheckConstraint('replaced_quantity <= returned_quantity', name=op.f('ck_sales_order_line_replaced_within_returned')),
    sa.CheckConstraint('returned_quantity <= shipped_quantity', name=op.f('ck_sales_order_line_returned_within_shipped')),
    sa.CheckConstraint('unit_price >= 0', name=op.f('ck_sales_order_line_unit_price_not_negative')),
    sa.ForeignKeyConstraint(['company_id', 'sales_order_id'], ['sales_order.company_id', 'sales_order.id'], name=op.f('fk_sales_order_line_company_id_sales_order_id')),
    sa.ForeignKeyConstraint(['company_id', 'tax_code_id'], ['tax_code.company_id', 'tax_code.id'], name=op.f('fk_sales_order_line_company_id_tax_code_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_sales_order_line_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_sales_order_line_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_sales_order_line')),
    sa.UniqueConstraint('company_id', 'sales_order_id', 'position', name=op.f('uq_sales_order_line_company_id_sales_order_id_position'))
    )
    op.create_index(op.f('ix_sales_order_line_company_id_item_id'), 'sales_order_line', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_sales_order_line_company_id_sales_order_id'), 'sales_order_line', ['company_id', 'sales_order_id'], unique=False)
    op.create_index(op.f('ix_sales_order_line_company_id_tax_code_id'), 'sales_order_line', ['company_id', 'tax_code_id'], unique=False)
    op.create_index('ix_sales_order_line_due', 'sales_order_line', ['company_id', 'due_on'], unique=False)
    op.create_table('shipment',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the shipment.'),
    sa.Column('sales_order_id', sa.Uuid(), nullable=False, comment='The order that is shipped.'),
    sa.Column('customer_id', sa.Uuid(), nullable=False, comment='Who gets the goods.'),
    sa.Column('ship_to_id', sa.Uuid(), nullable=True, comment='Where the goods go.'),
    sa.Column('site_id', sa.Uuid(), nullable=True, comment='The site that ships.'),
    sa.Column('status', sa.Text(), nullable=False, comment='Where the shipment is in its flow.'),
    sa.Column('picked_on', sa.Date(), nullable=False, comment='Day the goods were picked.'),
    sa.Column('shipped_on', sa.Date(), nullable=True, comment='Day the goods left.'),
    sa.Column('delivered_on', sa.Date(), nullable=True, comment='Day the customer took them.'),
    sa.Column('carrier_id', sa.Uuid(), nullable=True, comment='Who carries the goods.'),
    sa.Column('carrier_name', sa.Text(), nullable=True, comment='Name of the carrier when the goods left.'),
    sa.Column('tracking_number', sa.Text(), nullable=True, comment="The carrier's number of the shipment."),
    sa.Column('proof_of_delivery', sa.Text(), nullable=True, comment="What proves that the goods arrived: number of the signed note, or of the carrier's record."),
    sa.Column('posting_id', sa.Uuid(), nullable=True, comment='What the shipment shares with the move and the voucher that it made.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("status <> 'DELIVERED' OR delivered_on IS NOT NULL", name=op.f('ck_shipment_delivered_on_a_day')),
    sa.CheckConstraint("status IN ('PICKED', 'PACKED', 'SHIPPED', 'DELIVERED', 'CANCELLED')", name=op.f('ck_shipment_status_known')),
    sa.CheckConstraint("status NOT IN ('SHIPPED', 'DELIVERED') OR shipped_on IS NOT NULL", name=op.f('ck_shipment_shipped_on_a_day')),
    sa.CheckConstraint('char_length(carrier_name) <= 400', name=op.f('ck_shipment_carrier_name_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_shipment_number_length')),
    sa.CheckConstraint('char_length(proof_of_delivery) <= 400', name=op.f('ck_shipment_proof_of_delivery_length')),
    sa.CheckConstraint('char_length(tracking_number) <= 64', name=op.f('ck_shipment_tracking_number_length')),
    sa.CheckConstraint('delivered_on >= shipped_on', name=op.f('ck_shipment_delivered_after_shipped')),
    sa.ForeignKeyConstraint(['carrier_id'], ['party.id'], name=op.f('fk_shipment_carrier_id')),
    sa.ForeignKeyConstraint(['company_id', 'sales_order_id'], ['sales_order.company_id', 'sales_order.id'], name=op.f('fk_shipment_company_id_sales_order_id')),
    sa.ForeignKeyConstraint(['company_id', 'site_id'], ['site.company_id', 'site.id'], name=op.f('fk_shipment_company_id_site_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_shipment_company_id')),
    sa.ForeignKeyConstraint(['customer_id'], ['party.id'], name=op.f('fk_shipment_customer_id')),
    sa.ForeignKeyConstraint(['ship_to_id'], ['address.id'], name=op.f('fk_shipment_ship_to_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_shipment')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_shipment_company_id_number'))
    )
    op.create_index(op.f('ix_shipment_company_id_carrier_id'), 'shipment', ['company_id', 'carrier_id'], unique=False)
    op.create_index(op.f('ix_shipment_company_id_customer_id'), 'shipment', ['company_id', 'customer_id'], unique=False)
    op.create_index(op.f('ix_shipment_company_id_number_id'), 'shipment', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_shipment_company_id_picked_on_id'), 'shipment', ['company_id', 'picked_on', 'id'], unique=False)
    op.create_index(op.f('ix_shipment_company_id_sales_order_id'), 'shipment', ['company_id', 'sales_order_id'], unique=False)
    op.create_index(op.f('ix_shipment_company_id_ship_to_id'), 'shipment', ['company_id', 'ship_to_id'], unique=False)
    op.create_index(op.f('ix_shipment_company_id_site_id'), 'shipment', ['company_id', 'site_id'], unique=False)
    op.create_index(op.f('ix_shipment_company_id_status_id'), 'shipment', ['company_id', 'status', 'id'], unique=False)
    op.create_table('stock_balance',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What is on hand.'),
    sa.Column('location_id', sa.Uuid(), nullable=False, comment='Where it is.'),
    sa.Column('lot_id', sa.Uuid(), nullable=True, comment='Which lot it is of.'),
    sa.Column('status', sa.Text(), server_default='RELEASED', nullable=False, comment='Whether it may be used.'),
    sa.Column('owner_id', sa.Uuid(), nullable=True, comment='Whose goods they are, if not ours.'),
    sa.Column('storage_bin', sa.Text(), nullable=True, comment='Shelf and bin within the location.'),
    sa.Column('quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='On hand.'),
    sa.Column('reserved_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Promised to documents.'),
    sa.Column('available_quantity', sa.Numeric(precision=20, scale=6), sa.Computed("CASE WHEN status = 'RELEASED' AND owner_id IS NULL THEN quantity - reserved_quantity ELSE 0 END", persisted=True), nullable=False, comment='What may still be promised: released and not reserved.'),
    sa.Column('standard_unit_cost', sa.Numeric(precision=24, scale=10), nullable=False, comment='Standard cost of one unit.'),
    sa.Column('standard_value', sa.Numeric(precision=20, scale=6), sa.Computed('quantity * standard_unit_cost', persisted=True), nullable=False, comment="Quantity at standard cost, exact; the ledger's value is rounded once a posting."),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("reserved_quantity = 0 OR (status = 'RELEASED' AND owner_id IS NULL)", name=op.f('ck_stock_balance_reserved_is_released_and_ours')),
    sa.CheckConstraint("status IN ('QUARANTINE', 'RELEASED', 'ON_HOLD', 'REJECTED', 'RECALLED', 'EXPIRED')", name=op.f('ck_stock_balance_status_known')),
    sa.CheckConstraint('char_length(storage_bin) <= 400', name=op.f('ck_stock_balance_storage_bin_length')),
    sa.CheckConstraint('reserved_quantity = 0 OR reserved_quantity <= quantity', name=op.f('ck_stock_balance_reserved_is_there')),
    sa.CheckConstraint('reserved_quantity >= 0', name=op.f('ck_stock_balance_reserved_not_negative')),
    sa.ForeignKeyConstraint(['company_id', 'location_id'], ['location.company_id', 'location.id'], name=op.f('fk_stock_balance_company_id_location_id')),
    sa.ForeignKeyConstraint(['company_id', 'lot_id'], ['lot.company_id', 'lot.id'], name=op.f('fk_stock_balance_company_id_lot_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_stock_balance_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_stock_balance_item_id')),
    sa.ForeignKeyConstraint(['owner_id'], ['party.id'], name=op.f('fk_stock_balance_owner_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_stock_balance')),
    sa.UniqueConstraint('company_id', 'item_id', 'location_id', 'lot_id', 'status', 'owner_id', name='uq_stock_balance_place', postgresql_nulls_not_distinct=True)
    )
    op.create_index(op.f('ix_stock_balance_company_id_item_id'), 'stock_balance', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_stock_balance_company_id_location_id'), 'stock_balance', ['company_id', 'location_id'], unique=False)
    op.create_index(op.f('ix_stock_balance_company_id_lot_id'), 'stock_balance', ['company_id', 'lot_id'], unique=False)
    op.create_index(op.f('ix_stock_balance_company_id_owner_id'), 'stock_balance', ['company_id', 'owner_id'], unique=False)
    op.create_index(op.f('ix_stock_balance_company_id_quantity_id'), 'stock_balance', ['company_id', 'quantity', 'id'], unique=False)
    op.create_table('stock_entry',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('stock_move_id', sa.Uuid(), nullable=False, comment='The move the entry belongs to.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place in the move.'),
    sa.Column('occurred_on', sa.Date(), nullable=False, comment="The move's day, repeated so that an item is read in time order."),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What moved.'),
    sa.Column('location_id', sa.Uuid(), nullable=False, comment='The location that gained or lost.'),
    sa.Column('lot_id', sa.Uuid(), nullable=True, comment='The lot that moved.'),
    sa.Column('status', sa.Text(), server_default='RELEASED', nullable=False, comment='Whether the quantity may be used.'),
    sa.Column('owner_id', sa.Uuid(), nullable=True, comment='Whose goods they are, if not ours.'),
    sa.Column('quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='Gained (positive) or lost (negative).'),
    sa.Column('unit_cost', sa.Numeric(precision=24, scale=10), nullable=False, comment='Cost of one unit that the value was found with.'),
    sa.Column('value', sa.Numeric(precision=20, scale=6), nullable=False, comment="Ledger value gained or lost, rounded once to the company's currency."),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("status IN ('QUARANTINE', 'RELEASED', 'ON_HOLD', 'REJECTED', 'RECALLED', 'EXPIRED')", name=op.f('ck_stock_entry_status_known')),
    sa.CheckConstraint('quantity <> 0', name=op.f('ck_stock_entry_quantity_moves')),
    sa.ForeignKeyConstraint(['company_id', 'location_id'], ['location.company_id', 'location.id'], name=op.f('fk_stock_entry_company_id_location_id')),
    sa.ForeignKeyConstraint(['company_id', 'lot_id'], ['lot.company_id', 'lot.id'], name=op.f('fk_stock_entry_company_id_lot_id')),
    sa.ForeignKeyConstraint(['company_id', 'stock_move_id'], ['stock_move.company_id', 'stock_move.id'], name=op.f('fk_stock_entry_company_id_stock_move_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_stock_entry_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_stock_entry_item_id')),
    sa.ForeignKeyConstraint(['owner_id'], ['party.id'], name=op.f('fk_stock_entry_owner_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_stock_entry')),
    sa.UniqueConstraint('company_id', 'stock_move_id', 'position', name=op.f('uq_stock_entry_company_id_stock_move_id_position'))
    )
    op.create_index(op.f('ix_stock_entry_company_id_item_id'), 'stock_entry', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_stock_entry_company_id_location_id'), 'stock_entry', ['company_id', 'location_id'], unique=False)
    op.create_index(op.f('ix_stock_entry_company_id_lot_id'), 'stock_entry', ['company_id', 'lot_id'], unique=False)
    op.create_index(op.f('ix_stock_entry_company_id_owner_id'), 'stock_entry', ['company_id', 'owner_id'], unique=False)
    op.create_index(op.f('ix_stock_entry_company_id_stock_move_id'), 'stock_entry', ['company_id', 'stock_move_id'], unique=False)
    op.create_index('ix_stock_entry_recorded', 'stock_entry', ['company_id', 'recorded_at', 'occurred_on'], unique=False, postgresql_using='brin')
    op.create_table('stock_revaluation',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the document.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What is revalued.'),
    sa.Column('location_id', sa.Uuid(), nullable=True, comment='A place of the area, where areas are valued apart.'),
    sa.Column('lot_id', sa.Uuid(), nullable=True, comment='The lot, where lots are valued each.'),
    sa.Column('unit_cost', sa.Numeric(precision=24, scale=10), nullable=False, comment='What one unit is worth from then on.'),
    sa.Column('occurred_on', sa.Date(), nullable=False, comment='The day the new cost counts from.'),
    sa.Column('value', sa.Numeric(precision=20, scale=6), nullable=False, comment='By how much the value of stock changed.'),
    sa.Column('posting_id', sa.Uuid(), nullable=False, comment='What the document shares with its layers and voucher.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_stock_revaluation_number_length')),
    sa.ForeignKeyConstraint(['company_id', 'location_id'], ['location.company_id', 'location.id'], name=op.f('fk_stock_revaluation_company_id_location_id')),
    sa.ForeignKeyConstraint(['company_id', 'lot_id'], ['lot.company_id', 'lot.id'], name=op.f('fk_stock_revaluation_company_id_lot_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_stock_revaluation_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_stock_revaluation_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_stock_revaluation')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_stock_revaluation_company_id_number'))
    )
    op.create_index(op.f('ix_stock_revaluation_company_id_item_id'), 'stock_revaluation', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_stock_revaluation_company_id_location_id'), 'stock_revaluation', ['company_id', 'location_id'], unique=False)
    op.create_index(op.f('ix_stock_revaluation_company_id_lot_id'), 'stock_revaluation', ['company_id', 'lot_id'], unique=False)
    op.create_index(op.f('ix_stock_revaluation_company_id_number_id'), 'stock_revaluation', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_stock_revaluation_company_id_occurred_on_id'), 'stock_revaluation', ['company_id', 'occurred_on', 'id'], unique=False)
    op.create_table('stock_transfer',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the transfer.'),
    sa.Column('status', sa.Text(), nullable=False, comment='Where the transfer is in its flow.'),
    sa.Column('transit_id', sa.Uuid(), nullable=False, comment='Where the goods are until they arrive.'),
    sa.Column('target_id', sa.Uuid(), nullable=False, comment='Where the goods go.'),
    sa.Column('shipped_on', sa.Date(), nullable=False, comment='Day the goods left.'),
    sa.Column('received_on', sa.Date(), nullable=True, comment='Day the last of them arrived.'),
    sa.Column('stock_move_id', sa.Uuid(), nullable=False, comment='The move into transit.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("status IN ('IN_TRANSIT', 'RECEIVED')", name=op.f('ck_stock_transfer_status_known')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_stock_transfer_number_length')),
    sa.ForeignKeyConstraint(['company_id', 'stock_move_id'], ['stock_move.company_id', 'stock_move.id'], name=op.f('fk_stock_transfer_company_id_stock_move_id')),
    sa.ForeignKeyConstraint(['company_id', 'target_id'], ['location.company_id', 'location.id'], name=op.f('fk_stock_transfer_company_id_target_id')),
    sa.ForeignKeyConstraint(['company_id', 'transit_id'], ['location.company_id', 'location.id'], name=op.f('fk_stock_transfer_company_id_transit_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_stock_transfer_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_stock_transfer')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_stock_transfer_company_id_number'))
    )
    op.create_index(op.f('ix_stock_transfer_company_id_number_id'), 'stock_transfer', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_stock_transfer_company_id_shipped_on_id'), 'stock_transfer', ['company_id', 'shipped_on', 'id'], unique=False)
    op.create_index(op.f('ix_stock_transfer_company_id_status_id'), 'stock_transfer', ['company_id', 'status', 'id'], unique=False)
    op.create_index(op.f('ix_stock_transfer_company_id_stock_move_id'), 'stock_transfer', ['company_id', 'stock_move_id'], unique=False)
    op.create_index(op.f('ix_stock_transfer_company_id_target_id'), 'stock_transfer', ['company_id', 'target_id'], unique=False)
    op.create_index(op.f('ix_stock_transfer_company_id_transit_id'), 'stock_transfer', ['company_id', 'transit_id'], unique=False)
    op.create_table('stock_turnover',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What moved.'),
    sa.Column('location_id', sa.Uuid(), nullable=False, comment='Where it came to or left.'),
    sa.Column('status', sa.Text(), nullable=False, comment='Whether the quantity may be used.'),
    sa.Column('owner_id', sa.Uuid(), nullable=True, comment='Whose goods they are, if not ours.'),
    sa.Column('grain', sa.Text(), nullable=False, comment='The span that is covered.'),
    sa.Column('starts_on', sa.Date(), nullable=False, comment='First day of the span.'),
    sa.Column('is_folded', sa.Boolean(), server_default='false', nullable=False, comment="Whether the job has made one row of the key's rows; a posting appends false."),
    sa.Column('received', sa.Numeric(precision=20, scale=6), nullable=False, comment='What came, but by transfer.'),
    sa.Column('issued', sa.Numeric(precision=20, scale=6), nullable=False, comment='What left, but by transfer, as a positive quantity.'),
    sa.Column('transferred', sa.Numeric(precision=20, scale=6), nullable=False, comment='What came by transfer without what left by it.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("grain IN ('DAY', 'MONTH')", name=op.f('ck_stock_turnover_grain_known')),
    sa.CheckConstraint("status IN ('QUARANTINE', 'RELEASED', 'ON_HOLD', 'REJECTED', 'RECALLED', 'EXPIRED')", name=op.f('ck_stock_turnover_status_known')),
    sa.ForeignKeyConstraint(['company_id', 'location_id'], ['location.company_id', 'location.id'], name=op.f('fk_stock_turnover_company_id_location_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_stock_turnover_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_stock_turnover_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_stock_turnover'))
    )
    op.create_index(op.f('ix_stock_turnover_company_id_item_id'), 'stock_turnover', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_stock_turnover_company_id_location_id'), 'stock_turnover', ['company_id', 'location_id'], unique=False)
    op.create_index('ix_stock_turnover_fresh', 'stock_turnover', ['company_id'], unique=False, postgresql_where=sa.text('NOT is_folded'))
    op.create_index('ix_stock_turnover_span', 'stock_turnover', ['company_id', 'grain', 'starts_on'], unique=False)
    op.create_table('supplier_invoice_tax',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('supplier_invoice_id', sa.Uuid(), nullable=False, comment='The invoice.'),
    sa.Column('tax_rule_id', sa.Uuid(), nullable=False, comment='The rule.'),
    sa.Column('base', sa.Numeric(precision=20, scale=6), nullable=False, comment='Net amount of the lines it applies to.'),
    sa.Column('tax', sa.Numeric(precision=20, scale=6), nullable=False, comment='The tax.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.ForeignKeyConstraint(['company_id', 'supplier_invoice_id'], ['supplier_invoice.company_id', 'supplier_invoice.id'], name=op.f('fk_supplier_invoice_tax_company_id_supplier_invoice_id')),
    sa.ForeignKeyConstraint(['company_id', 'tax_rule_id'], ['tax_rule.company_id', 'tax_rule.id'], name=op.f('fk_supplier_invoice_tax_company_id_tax_rule_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_supplier_invoice_tax_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_supplier_invoice_tax')),
    sa.UniqueConstraint('company_id', 'supplier_invoice_id', 'tax_rule_id', name=op.f('uq_supplier_invoice_tax_company_id_supplier_invoice_id_tax_rule_id'))
    )
    op.create_index(op.f('ix_supplier_invoice_tax_company_id_supplier_invoice_id'), 'supplier_invoice_tax', ['company_id', 'supplier_invoice_id'], unique=False)
    op.create_index(op.f('ix_supplier_invoice_tax_company_id_tax_rule_id'), 'supplier_invoice_tax', ['company_id', 'tax_rule_id'], unique=False)
    op.create_table('supplier_quotation',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the quotation.'),
    sa.Column('request_for_quotation_id', sa.Uuid(), nullable=False, comment='The request that it answers.'),
    sa.Column('supplier_id', sa.Uuid(), nullable=False, comment='Who is asked.'),
    sa.Column('status', sa.Text(), nullable=False, comment='Where the answer is in its flow.'),
    sa.Column('asked_on', sa.Date(), nullable=False, comment='Day it was asked.'),
    sa.Column('answer_by', sa.Date(), nullable=False, comment='Last day for an answer.'),
    sa.Column('answered_on', sa.Date(), nullable=True, comment='Day of the last answer.'),
    sa.Column('valid_until', sa.Date(), nullable=True, comment='Last day on which the offer holds.'),
    sa.Column('supplier_number', sa.Text(), nullable=True, comment="The supplier's own number."),
    sa.Column('currency', sa.Text(), nullable=True, comment='Currency of the prices.'),
    sa.Column('rate', sa.Numeric(precision=24, scale=10), nullable=True, comment="Units of the company's currency for one of its own, on the day of the answer."),
    sa.Column('reason', sa.Text(), nullable=True, comment='Why the supplier does not offer.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("status IN ('INVITED', 'DECLINED', 'LOST') OR currency IS NOT NULL", name=op.f('ck_supplier_quotation_answer_in_currency')),
    sa.CheckConstraint("status IN ('INVITED', 'SUBMITTED', 'DECLINED', 'AWARDED', 'LOST')", name=op.f('ck_supplier_quotation_status_known')),
    sa.CheckConstraint('(currency IS NULL) = (rate IS NULL)', name=op.f('ck_supplier_quotation_currency_has_rate')),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_supplier_quotation_currency_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_supplier_quotation_number_length')),
    sa.CheckConstraint('char_length(reason) <= 400', name=op.f('ck_supplier_quotation_reason_length')),
    sa.CheckConstraint('char_length(supplier_number) <= 64', name=op.f('ck_supplier_quotation_supplier_number_length')),
    sa.CheckConstraint('rate > 0', name=op.f('ck_supplier_quotation_rate_positive')),
    sa.CheckConstraint('valid_until >= answered_on', name=op.f('ck_supplier_quotation_valid_after_answer')),
    sa.ForeignKeyConstraint(['company_id', 'request_for_quotation_id'], ['request_for_quotation.company_id', 'request_for_quotation.id'], name=op.f('fk_supplier_quotation_company_id_request_for_quotation_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_supplier_quotation_company_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['party.id'], name=op.f('fk_supplier_quotation_supplier_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_supplier_quotation')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_supplier_quotation_company_id_number')),
    sa.UniqueConstraint('company_id', 'request_for_quotation_id', 'supplier_id', name=op.f('uq_supplier_quotation_company_id_request_for_quotation_id_supplier_id'))
    )
    op.create_index(op.f('ix_supplier_quotation_company_id_asked_on_id'), 'supplier_quotation', ['company_id', 'asked_on', 'id'], unique=False)
    op.create_index(op.f('ix_supplier_quotation_company_id_number_id'), 'supplier_quotation', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_supplier_quotation_company_id_request_for_quotation_id'), 'supplier_quotation', ['company_id', 'request_for_quotation_id'], unique=False)
    op.create_index(op.f('ix_supplier_quotation_company_id_status_id'), 'supplier_quotation', ['company_id', 'status', 'id'], unique=False)
    op.create_index(op.f('ix_supplier_quotation_company_id_supplier_id'), 'supplier_quotation', ['company_id', 'supplier_id'], unique=False)
    op.create_table('value_pool',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What is valued.'),
    sa.Column('site_id', sa.Uuid(), nullable=True, comment='The area, where it is a site.'),
    sa.Column('location_id', sa.Uuid(), nullable=True, comment='The area, where it is a location.'),
    sa.Column('lot_id', sa.Uuid(), nullable=True, comment='The lot, where lots are valued each.'),
    sa.Column('method', sa.Text(), nullable=False, comment='How the value of what leaves is found.'),
    sa.Column('quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Goods in the area, ours.'),
    sa.Column('value', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Ledger value of the goods.'),
    sa.Column('last_unit_cost', sa.Numeric(precision=24, scale=10), server_default='0', nullable=False, comment='Cost of one unit at which goods last moved; goods that are not covered go out at it.'),
    sa.Column('first_unit_cost', sa.Numeric(precision=24, scale=10), server_default='0', nullable=False, comment='Cost of one unit that goes out before any came in.'),
    sa.Column('last_moved_on', sa.Date(), nullable=True, comment='Latest day from which a movement counts.'),
    sa.Column('movement_count', sa.Integer(), server_default='0', nullable=False, comment='Movements so far.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("method <> 'STANDARD'", name=op.f('ck_value_pool_method_has_pools')),
    sa.CheckConstraint("method IN ('STANDARD', 'AVERAGE', 'FIFO', 'LOT')", name=op.f('ck_value_pool_method_known')),
    sa.ForeignKeyConstraint(['company_id', 'location_id'], ['location.company_id', 'location.id'], name=op.f('fk_value_pool_company_id_location_id')),
    sa.ForeignKeyConstraint(['company_id', 'lot_id'], ['lot.company_id', 'lot.id'], name=op.f('fk_value_pool_company_id_lot_id')),
    sa.ForeignKeyConstraint(['company_id', 'site_id'], ['site.company_id', 'site.id'], name=op.f('fk_value_pool_company_id_site_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_value_pool_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_value_pool_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_value_pool')),
    sa.UniqueConstraint('company_id', 'item_id', 'site_id', 'location_id', 'lot_id', name='uq_value_pool_area', postgresql_nulls_not_distinct=True)
    )
    op.create_index(op.f('ix_value_pool_company_id_item_id'), 'value_pool', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_value_pool_company_id_location_id'), 'value_pool', ['company_id', 'location_id'], unique=False)
    op.create_index(op.f('ix_value_pool_company_id_lot_id'), 'value_pool', ['company_id', 'lot_id'], unique=False)
    op.create_index(op.f('ix_value_pool_company_id_site_id'), 'value_pool', ['company_id', 'site_id'], unique=False)
    op.create_table('work_centre',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('code', sa.Text(), nullable=False, comment='Short code.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='Name in Chinese.'),
    sa.Column('site_id', sa.Uuid(), nullable=True, comment='Where it stands.'),
    sa.Column('location_id', sa.Uuid(), nullable=True, comment='Where goods in work are.'),
    sa.Column('cost_rate', sa.Numeric(precision=24, scale=10), nullable=False, comment='Cost of one hour.'),
    sa.Column('weekly_hours', sa.Numeric(precision=20, scale=6), nullable=True, comment='Hours it is available in a week.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_work_centre_code_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_work_centre_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_work_centre_name_zh_length')),
    sa.ForeignKeyConstraint(['company_id', 'location_id'], ['location.company_id', 'location.id'], name=op.f('fk_work_centre_company_id_location_id')),
    sa.ForeignKeyConstraint(['company_id', 'site_id'], ['site.company_id', 'site.id'], name=op.f('fk_work_centre_company_id_site_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_work_centre_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_work_centre')),
    sa.UniqueConstraint('company_id', 'code', name=op.f('uq_work_centre_company_id_code'))
    )
    op.create_index(op.f('ix_work_centre_company_id_code_id'), 'work_centre', ['company_id', 'code', 'id'], unique=False)
    op.create_index(op.f('ix_work_centre_company_id_location_id'), 'work_centre', ['company_id', 'location_id'], unique=False)
    op.create_index(op.f('ix_work_centre_company_id_name_id'), 'work_centre', ['company_id', 'name', 'id'], unique=False)
    op.create_index(op.f('ix_work_centre_company_id_site_id'), 'work_centre', ['company_id', 'site_id'], unique=False)
    op.create_table('alert',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the alert.'),
    sa.Column('rule_id', sa.Uuid(), nullable=False, comment='The rule that raised the alert.'),
    sa.Column('kind', sa.Text(), nullable=False, comment='The condition that was met.'),
    sa.Column('severity', sa.Text(), nullable=False, comment='How soon somebody must look.'),
    sa.Column('status', sa.Text(), nullable=False, comment='Where the alert stands.'),
    sa.Column('fingerprint', sa.Text(), nullable=False, comment='Names the cause; unique in the company while the alert is open.'),
    sa.Column('subject_type', sa.Text(), nullable=False, comment='Type of the record that the alert is about.'),
    sa.Column('subject_id', sa.Uuid(), nullable=False, comment='Key of the record that the alert is about.'),
    sa.Column('item_id', sa.Uuid(), nullable=True, comment='The item concerned, if one is.'),
    sa.Column('purchase_order_id', sa.Uuid(), nullable=True, comment='The purchase order concerned, if one is.'),
    sa.Column('supplier_invoice_id', sa.Uuid(), nullable=True, comment="The supplier's invoice concerned, if one is."),
    sa.Column('party_id', sa.Uuid(), nullable=True, comment='The party concerned, if one is.'),
    sa.Column('webhook_subscription_id', sa.Uuid(), nullable=True, comment='The webhook concerned, if one is; its owner is to act.'),
    sa.Column('sales_order_id', sa.Uuid(), nullable=True, comment='The sales order concerned, if one is.'),
    sa.Column('budget_line_id', sa.Uuid(), nullable=True, comment='The line of a budget concerned, if one is.'),
    sa.Column('shipment_id', sa.Uuid(), nullable=True, comment='The shipment concerned, if one is.'),
    sa.Column('site_id', sa.Uuid(), nullable=True, comment='The site concerned, if one is.'),
    sa.Column('message', sa.Text(), nullable=False, comment='What was found, in English.'),
    sa.Column('message_zh', sa.Text(), nullable=False, comment='What was found, in Chinese.'),
    sa.Column('measured', sa.Numeric(precision=20, scale=6), nullable=True, comment='The value that met the condition.'),
    sa.Column('measured_limit', sa.Numeric(precision=20, scale=6), nullable=True, comment='The limit that the value crossed.'),
    sa.Column('measured_unit', sa.Text(), nullable=True, comment='Unit of the value and its limit.'),
    sa.Column('measured_percent', sa.Numeric(precision=24, scale=10), nullable=True, comment='What met the condition where it is about money: how much of the limit or budget is used, how far the price is off, what the margin is.'),
    sa.Column('due_on', sa.Date(), nullable=True, comment='The day that was missed, where the cause is a missed day.'),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False, comment='When the cause was first seen.'),
    sa.Column('owner_role', sa.Text(), nullable=False, comment='Role that is expected to act now.'),
    sa.Column('escalated_at', sa.DateTime(timezone=True), nullable=True, comment='When it became the matter of another role, because nobody had taken it.'),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True, comment='When somebody took it.'),
    sa.Column('acknowledged_by', sa.Text(), nullable=True, comment='Account that took it.'),
    sa.Column('note', sa.Text(), nullable=True, comment='What the person who took or resolved it wrote.'),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True, comment='When the cause was gone or dealt with.'),
    sa.Column('resolved_by', sa.Text(), nullable=True, comment='Account or process that resolved it.'),
    sa.Column('response_seconds', sa.Integer(), sa.Computed('extract(epoch FROM acknowledged_at - raised_at)::integer', persisted=True), nullable=True, comment='How long it took until somebody took it.'),
    sa.Column('resolution_seconds', sa.Integer(), sa.Computed('extract(epoch FROM resolved_at - raised_at)::integer', persisted=True), nullable=True, comment='How long it took until the cause was gone or dealt with.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("(status = 'RESOLVED') = (resolved_at IS NOT NULL)", name=op.f('ck_alert_resolved_has_instant')),
    sa.CheckConstraint("kind IN ('RECEIPT_OVERDUE', 'BELOW_REORDER_POINT', 'LOT_EXPIRING', 'MATCH_BLOCKED', 'LICENCE_EXPIRING', 'WEBHOOK_UNDELIVERED', 'EXCURSION', 'REGISTRATION_EXPIRING', 'CREDIT_EXCEEDED', 'BUDGET_EXCEEDED', 'PRICE_OUTSIDE_BAND', 'NEGATIVE_MARGIN')", name=op.f('ck_alert_kind_known')),
    sa.CheckConstraint("severity IN ('INFO', 'WARNING', 'CRITICAL')", name=op.f('ck_alert_severity_known')),
    sa.CheckConstraint("status <> 'ACKNOWLEDGED' OR acknowledged_at IS NOT NULL", name=op.f('ck_alert_acknowledged_has_instant')),
    sa.CheckConstraint("status IN ('OPEN', 'ACKNOWLEDGED', 'RESOLVED')", name=op.f('ck_alert_status_known')),
    sa.CheckConstraint('char_length(acknowledged_by) <= 400', name=op.f('ck_alert_acknowledged_by_length')),
    sa.CheckConstraint('char_length(fingerprint) <= 200', name=op.f('ck_alert_fingerprint_length')),
    sa.CheckConstraint('char_length(measured_unit) <= 64', name=op.f('ck_alert_measured_unit_length')),
    sa.CheckConstraint('char_length(message) <= 400', name=op.f('ck_alert_message_length')),
    sa.CheckConstraint('char_length(message_zh) <= 400', name=op.f('ck_alert_message_zh_length')),
    sa.CheckConstraint('char_length(note) <= 2000', name=op.f('ck_alert_note_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_alert_number_length')),
    sa.CheckConstraint('char_length(owner_role) <= 64', name=op.f('ck_alert_owner_role_length')),
    sa.CheckConstraint('char_length(resolved_by) <= 400', name=op.f('ck_alert_resolved_by_length')),
    sa.CheckConstraint('char_length(subject_type) <= 64', name=op.f('ck_alert_subject_type_length')),
    sa.ForeignKeyConstraint(['company_id', 'budget_line_id'], ['budget_line.company_id', 'budget_line.id'], name=op.f('fk_alert_company_id_budget_line_id')),
    sa.ForeignKeyConstraint(['company_id', 'purchase_order_id'], ['purchase_order.company_id', 'purchase_order.id'], name=op.f('fk_alert_company_id_purchase_order_id')),
    sa.ForeignKeyConstraint(['company_id', 'sales_order_id'], ['sales_order.company_id', 'sales_order.id'], name=op.f('fk_alert_company_id_sales_order_id')),
    sa.ForeignKeyConstraint(['company_id', 'shipment_id'], ['shipment.company_id', 'shipment.id'], name=op.f('fk_alert_company_id_shipment_id')),
    sa.ForeignKeyConstraint(['company_id', 'site_id'], ['site.company_id', 'site.id'], name=op.f('fk_alert_company_id_site_id')),
    sa.ForeignKeyConstraint(['company_id', 'supplier_invoice_id'], ['supplier_invoice.company_id', 'supplier_invoice.id'], name=op.f('fk_alert_company_id_supplier_invoice_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_alert_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_alert_item_id')),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('fk_alert_party_id')),
    sa.ForeignKeyConstraint(['rule_id'], ['alert_rule.id'], name=op.f('fk_alert_rule_id')),
    sa.ForeignKeyConstraint(['webhook_subscription_id'], ['webhook_subscription.id'], name=op.f('fk_alert_webhook_subscription_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_alert')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_alert_company_id_number'))
    )
    op.create_index(op.f('ix_alert_company_id_budget_line_id'), 'alert', ['company_id', 'budget_line_id'], unique=False)
    op.create_index(op.f('ix_alert_company_id_item_id'), 'alert', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_alert_company_id_party_id'), 'alert', ['company_id', 'party_id'], unique=False)
    op.create_index(op.f('ix_alert_company_id_purchase_order_id'), 'alert', ['company_id', 'purchase_order_id'], unique=False)
    op.create_index(op.f('ix_alert_company_id_raised_at_id'), 'alert', ['company_id', 'raised_at', 'id'], unique=False)
    op.create_index(op.f('ix_alert_company_id_rule_id'), 'alert', ['company_id', 'rule_id'], unique=False)
    op.create_index(op.f('ix_alert_company_id_sales_order_id'), 'alert', ['company_id', 'sales_order_id'], unique=False)
    op.create_index(op.f('ix_alert_company_id_shipment_id'), 'alert', ['company_id', 'shipment_id'], unique=False)
    op.create_index(op.f('ix_alert_company_id_site_id'), 'alert', ['company_id', 'site_id'], unique=False)
    op.create_index(op.f('ix_alert_company_id_status_id'), 'alert', ['company_id', 'status', 'id'], unique=False)
    op.create_index(op.f('ix_alert_company_id_supplier_invoice_id'), 'alert', ['company_id', 'supplier_invoice_id'], unique=False)
    op.create_index(op.f('ix_alert_company_id_webhook_subscription_id'), 'alert', ['company_id', 'webhook_subscription_id'], unique=False)
    op.create_index('uq_alert_open_fingerprint', 'alert', ['company_id', 'fingerprint'], unique=True, postgresql_where=sa.text("status <> 'RESOLVED'"))
    op.create_table('cold_chain_reading',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('shipment_id', sa.Uuid(), nullable=False, comment='The shipment it went with.'),
    sa.Column('logger', sa.Text(), nullable=False, comment='Serial number of the logger.'),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=False, comment='When it was read.'),
    sa.Column('temperature', sa.Numeric(precision=20, scale=6), nullable=False, comment='What it read.'),
    sa.Column('is_excursion', sa.Boolean(), nullable=False, comment='Whether it was outside of what some goods of the shipment allow.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(logger) <= 64', name=op.f('ck_cold_chain_reading_logger_length')),
    sa.ForeignKeyConstraint(['company_id', 'shipment_id'], ['shipment.company_id', 'shipment.id'], name=op.f('fk_cold_chain_reading_company_id_shipment_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_cold_chain_reading_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_cold_chain_reading')),
    sa.UniqueConstraint('company_id', 'shipment_id', 'logger', 'read_at', name=op.f('uq_cold_chain_reading_company_id_shipment_id_logger_read_at'))
    )
    op.create_index(op.f('ix_cold_chain_reading_company_id_read_at_id'), 'cold_chain_reading', ['company_id', 'read_at', 'id'], unique=False)
    op.create_index(op.f('ix_cold_chain_reading_company_id_shipment_id'), 'cold_chain_reading', ['company_id', 'shipment_id'], unique=False)
    op.create_table('goods_receipt',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the receipt.'),
    sa.Column('purchase_order_id', sa.Uuid(), nullable=False, comment='The order received against.'),
    sa.Column('received_on', sa.Date(), nullable=False, comment='Day the goods arrived.'),
    sa.Column('delivery_note', sa.Text(), nullable=True, comment="The supplier's delivery note."),
    sa.Column('rate', sa.Numeric(precision=24, scale=10), nullable=False, comment="Units of the company's currency for one of the order's, on the day."),
    sa.Column('posting_id', sa.Uuid(), nullable=False, comment='What goods and money posted for the receipt share.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(delivery_note) <= 64', name=op.f('ck_goods_receipt_delivery_note_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_goods_receipt_number_length')),
    sa.ForeignKeyConstraint(['company_id', 'purchase_order_id'], ['purchase_order.company_id', 'purchase_order.id'], name=op.f('fk_goods_receipt_company_id_purchase_order_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_goods_receipt_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_goods_receipt')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_goods_receipt_company_id_number'))
    )
    op.create_index(op.f('ix_goods_receipt_company_id_number_id'), 'goods_receipt', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_goods_receipt_company_id_purchase_order_id'), 'goods_receipt', ['company_id', 'purchase_order_id'], unique=False)
    op.create_index(op.f('ix_goods_receipt_company_id_received_on_id'), 'goods_receipt', ['company_id', 'received_on', 'id'], unique=False)
    op.create_table('goods_return',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the return.'),
    sa.Column('shipment_id', sa.Uuid(), nullable=False, comment='What they came with.'),
    sa.Column('customer_id', sa.Uuid(), nullable=False, comment='Who sent them back.'),
    sa.Column('returned_on', sa.Date(), nullable=False, comment='Day they came back.'),
    sa.Column('reason', sa.Text(), nullable=False, comment='Why they came back.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_goods_return_number_length')),
    sa.CheckConstraint('char_length(reason) <= 400', name=op.f('ck_goods_return_reason_length')),
    sa.ForeignKeyConstraint(['company_id', 'shipment_id'], ['shipment.company_id', 'shipment.id'], name=op.f('fk_goods_return_company_id_shipment_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_goods_return_company_id')),
    sa.ForeignKeyConstraint(['customer_id'], ['party.id'], name=op.f('fk_goods_return_customer_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_goods_return')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_goods_return_company_id_number'))
    )
    op.create_index(op.f('ix_goods_return_company_id_customer_id'), 'goods_return', ['company_id', 'customer_id'], unique=False)
    op.create_index(op.f('ix_goods_return_company_id_number_id'), 'goods_return', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_goods_return_company_id_returned_on_id'), 'goods_return', ['company_id', 'returned_on', 'id'], unique=False)
    op.create_index(op.f('ix_goods_return_company_id_shipment_id'), 'goods_return', ['company_id', 'shipment_id'], unique=False)
    op.create_table('intercompany_goods',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('intercompany_trade_id', sa.Uuid(), nullable=False, comment='The trade, on this side.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place in the trade, the same on both sides.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What was sold.'),
    sa.Column('lot_id', sa.Uuid(), nullable=True, comment='The lot, as this company knows it.'),
    sa.Column('quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='How much.'),
    sa.Column('stock_entry_id', sa.Uuid(), nullable=False, comment='The entry that took the goods out, or brought them in.'),
    sa.Column('net', sa.Numeric(precision=20, scale=6), nullable=False, comment='Price of it all without taxes.'),
    sa.Column('amount', sa.Numeric(precision=20, scale=6), nullable=False, comment="What the seller earned or, on the buyer's side, what the goods cost it; at the day's rate."),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_intercompany_goods_quantity_positive')),
    sa.ForeignKeyConstraint(['company_id', 'intercompany_trade_id'], ['intercompany_trade.company_id', 'intercompany_trade.id'], name=op.f('fk_intercompany_goods_company_id_intercompany_trade_id')),
    sa.ForeignKeyConstraint(['company_id', 'lot_id'], ['lot.company_id', 'lot.id'], name=op.f('fk_intercompany_goods_company_id_lot_id')),
    sa.ForeignKeyConstraint(['company_id', 'stock_entry_id'], ['stock_entry.company_id', 'stock_entry.id'], name=op.f('fk_intercompany_goods_company_id_stock_entry_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_intercompany_goods_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_intercompany_goods_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_intercompany_goods')),
    sa.UniqueConstraint('company_id', 'intercompany_trade_id', 'position', name=op.f('uq_intercompany_goods_company_id_intercompany_trade_id_position')),
    sa.UniqueConstraint('company_id', 'stock_entry_id', name=op.f('uq_intercompany_goods_company_id_stock_entry_id'))
    )
    op.create_index(op.f('ix_intercompany_goods_company_id_intercompany_trade_id'), 'intercompany_goods', ['company_id', 'intercompany_trade_id'], unique=False)
    op.create_index(op.f('ix_intercompany_goods_company_id_item_id'), 'intercompany_goods', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_intercompany_goods_company_id_lot_id'), 'intercompany_goods', ['company_id', 'lot_id'], unique=False)
    op.create_index(op.f('ix_intercompany_goods_company_id_stock_entry_id'), 'intercompany_goods', ['company_id', 'stock_entry_id'], unique=False)
    op.create_table('landed_cost_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('landed_cost_id', sa.Uuid(), nullable=False, comment='The document the line belongs to.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place on the document.'),
    sa.Column('stock_entry_id', sa.Uuid(), nullable=False, comment='The goods as they came in.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What came in.'),
    sa.Column('weight', sa.Numeric(precision=24, scale=10), nullable=False, comment='What the share was found by, in the unit of the basis.'),
    sa.Column('amount', sa.Numeric(precision=20, scale=6), nullable=False, comment="The share in the company's currency."),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.ForeignKeyConstraint(['company_id', 'landed_cost_id'], ['landed_cost.company_id', 'landed_cost.id'], name=op.f('fk_landed_cost_line_company_id_landed_cost_id')),
    sa.ForeignKeyConstraint(['company_id', 'stock_entry_id'], ['stock_entry.company_id', 'stock_entry.id'], name=op.f('fk_landed_cost_line_company_id_stock_entry_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_landed_cost_line_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_landed_cost_line_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_landed_cost_line')),
    sa.UniqueConstraint('company_id', 'landed_cost_id', 'position', name=op.f('uq_landed_cost_line_company_id_landed_cost_id_position'))
    )
    op.create_index(op.f('ix_landed_cost_line_company_id_item_id'), 'landed_cost_line', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_landed_cost_line_company_id_landed_cost_id'), 'landed_cost_line', ['company_id', 'landed_cost_id'], unique=False)
    op.create_index(op.f('ix_landed_cost_line_company_id_stock_entry_id'), 'landed_cost_line', ['company_id', 'stock_entry_id'], unique=False)
    op.create_table('open_layer',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('pool_id', sa.Uuid(), nullable=False, comment='The pool the layer is in.'),
    sa.Column('opened_on', sa.Date(), nullable=False, comment='The day the layer counts from; the oldest goes first.'),
    sa.Column('sequence', sa.Integer(), nullable=False, comment="Its movement's place in the pool, within the day."),
    sa.Column('quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='What is left.'),
    sa.Column('value', sa.Numeric(precision=20, scale=6), nullable=False, comment='What it is worth.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.ForeignKeyConstraint(['company_id', 'pool_id'], ['value_pool.company_id', 'value_pool.id'], name=op.f('fk_open_layer_company_id_pool_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_open_layer_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_open_layer'))
    )
    op.create_index(op.f('ix_open_layer_company_id_pool_id'), 'open_layer', ['company_id', 'pool_id'], unique=False)
    op.create_index('ix_open_layer_left', 'open_layer', ['company_id', 'pool_id', 'opened_on', 'sequence'], unique=False, postgresql_where=sa.text('quantity <> 0'))
    op.create_table('purchase_order_confirmation',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the confirmation.'),
    sa.Column('purchase_order_id', sa.Uuid(), nullable=False, comment='The order that is confirmed.'),
    sa.Column('confirmed_on', sa.Date(), nullable=False, comment='Day of the answer.'),
    sa.Column('supplier_number', sa.Text(), nullable=True, comment="The supplier's own number of the order."),
    sa.Column('confirmed_by', sa.Uuid(), nullable=False, comment='The user who entered it.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_purchase_order_confirmation_number_length')),
    sa.CheckConstraint('char_length(supplier_number) <= 64', name=op.f('ck_purchase_order_confirmation_supplier_number_length')),
    sa.ForeignKeyConstraint(['company_id', 'purchase_order_id'], ['purchase_order.company_id', 'purchase_order.id'], name=op.f('fk_purchase_order_confirmation_company_id_purchase_order_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_purchase_order_confirmation_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_purchase_order_confirmation')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_purchase_order_confirmation_company_id_number'))
    )
    op.create_index(op.f('ix_purchase_order_confirmation_company_id_confirmed_on_id'), 'purchase_order_confirmation', ['company_id', 'confirmed_on', 'id'], unique=False)
    op.create_index(op.f('ix_purchase_order_confirmation_company_id_number_id'), 'purchase_order_confirmation', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_purchase_order_confirmation_company_id_purchase_order_id'), 'purchase_order_confirmation', ['company_id', 'purchase_order_id'], unique=False)
    op.create_table('purchase_order_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('purchase_order_id', sa.Uuid(), nullable=False, comment='The order the line belongs to.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place on the order.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What is ordered.'),
    sa.Column('ordered_quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='Ordered.'),
    sa.Column('received_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Received, accepted or not.'),
    sa.Column('rejected_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Received and refused at inspection.'),
    sa.Column('stocked_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Received and taken to stock.'),
    sa.Column('returned_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Taken to stock and sent back since.'),
    sa.Column('rejected_returned_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Refused at inspection and sent back since.'),
    sa.Column('to_replace_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Sent back to be replaced.'),
    sa.Column('cancelled_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Ordered and no longer wanted.'),
    sa.Column('open_quantity', sa.Numeric(precision=20, scale=6), sa.Computed('greatest(ordered_quantity - (received_quantity - to_replace_quantity + cancelled_quantity), 0)', persisted=True), nullable=False, comment='Still awaited: ordered, not cancelled and not received, what is to be replaced included.'),
    sa.Column('over_received_quantity', sa.Numeric(precision=20, scale=6), sa.Computed('greatest(received_quantity - to_replace_quantity + cancelled_quantity - ordered_quantity, 0)', persisted=True), nullable=False, comment='Received beyond what was ordered.'),
    sa.Column('confirmed_quantity', sa.Numeric(precision=20, scale=6), nullable=True, comment='What the supplier last said it delivers; none while it has not answered.'),
    sa.Column('invoiced_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Invoiced, less what was credited.'),
    sa.Column('requisition_line_id', sa.Uuid(), nullable=True, comment='The requisition line that asked for it.'),
    sa.Column('agreement_line_id', sa.Uuid(), nullable=True, comment='The agreement line that it calls off.'),
    sa.Column('account_id', sa.Uuid(), nullable=True, comment='The cost it counts as, where it is not goods for stock.'),
    sa.Column('cost_centre_id', sa.Uuid(), nullable=True, comment='The cost centre that bears it.'),
    sa.Column('unit_price', sa.Numeric(precision=24, scale=10), nullable=False, comment='Net price of one unit.'),
    sa.Column('line_total', sa.Numeric(precision=20, scale=6), nullable=False, comment='Quantity at the unit price.'),
    sa.Column('over_receipt_percent', sa.Numeric(precision=24, scale=10), server_default='0', nullable=False, comment='How much more than ordered may be received, in percent of the order.'),
    sa.Column('due_on', sa.Date(), nullable=True, comment='Day the goods are due.'),
    sa.Column('promised_on', sa.Date(), nullable=True, comment='Day by which the supplier last said that all it confirmed arrives.'),
    sa.Column('cancel_reason', sa.Text(), nullable=True, comment='Why the rest was cancelled.'),
    sa.Column('is_historical', sa.Boolean(), server_default='false', nullable=False, comment='Whether another system made the line.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(cancel_reason) <= 400', name=op.f('ck_purchase_order_line_cancel_reason_length')),
    sa.CheckConstraint('cost_centre_id IS NULL OR account_id IS NOT NULL', name=op.f('ck_purchase_order_line_cost_centre_of_a_cost')),
    sa.CheckConstraint('is_historical OR (invoiced_quantity >= 0 AND returned_quantity BETWEEN 0 AND stocked_quantity AND rejected_returned_quantity BETWEEN 0 AND rejected_quantity)', name=op.f('ck_purchase_order_line_returned_was_received')),
    sa.CheckConstraint('is_historical OR (received_quantity - to_replace_quantity) * 100 <= (ordered_quantity - cancelled_quantity) * (100 + over_receipt_percent)', name=op.f('ck_purchase_order_line_received_within_tolerance')),
    sa.CheckConstraint('is_historical OR (received_quantity >= 0 AND rejected_quantity >= 0 AND stocked_quantity >= 0)', name=op.f('ck_purchase_order_line_quantities_not_negative')),
    sa.CheckConstraint('is_historical OR cancelled_quantity BETWEEN 0 AND ordered_quantity', name=op.f('ck_purchase_order_line_cancelled_was_ordered')),
    sa.CheckConstraint('is_historical OR confirmed_quantity BETWEEN 0 AND ordered_quantity - cancelled_quantity', name=op.f('ck_purchase_order_line_confirmed_is_wanted')),
    sa.CheckConstraint('is_historical OR ordered_quantity > 0', name=op.f('ck_purchase_order_line_ordered_quantity_positive')),
    sa.CheckConstraint('is_historical OR received_quantity = rejected_quantity + stocked_quantity', name=op.f('ck_purchase_order_line_received_is_rejected_and_stocked')),
    sa.CheckConstraint('is_historical OR to_replace_quantity BETWEEN 0 AND returned_quantity + rejected_returned_quantity', name=op.f('ck_purchase_order_line_to_replace_was_returned')),
    sa.CheckConstraint('is_historical OR unit_price >= 0', name=op.f('ck_purchase_order_line_unit_price_not_negative')),
    sa.CheckConstraint('over_receipt_percent >= 0', name=op.f('ck_purchase_order_line_over_receipt_percent_not_negative')),
    sa.ForeignKeyConstraint(['company_id', 'account_id'], ['account.company_id', 'account.id'], name=op.f('fk_purchase_order_line_company_id_account_id')),
    sa.ForeignKeyConstraint(['company_id', 'agreement_line_id'], ['purchase_agreement_line.company_id', 'purchase_agreement_line.id'], name=op.f('fk_purchase_order_line_company_id_agreement_line_id')),
    sa.ForeignKeyConstraint(['company_id', 'cost_centre_id'], ['cost_centre.company_id', 'cost_centre.id'], name=op.f('fk_purchase_order_line_company_id_cost_centre_id')),
    sa.ForeignKeyConstraint(['company_id', 'purchase_order_id'], ['purchase_order.company_id', 'purchase_order.id'], name=op.f('fk_purchase_order_line_company_id_purchase_order_id')),
    sa.ForeignKeyConstraint(['company_id', 'requisition_line_id'], ['purchase_requisition_line.company_id', 'purchase_requisition_line.id'], name=op.f('fk_purchase_order_line_company_id_requisition_line_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_purchase_order_line_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_purchase_order_line_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_purchase_order_line')),
    sa.UniqueConstraint('company_id', 'purchase_order_id', 'position', name=op.f('uq_purchase_order_line_company_id_purchase_order_id_position'))
    )
    op.create_index(op.f('ix_purchase_order_line_company_id_account_id'), 'purchase_order_line', ['company_id', 'account_id'], unique=False)
    op.create_index(op.f('ix_purchase_order_line_company_id_agreement_line_id'), 'purchase_order_line', ['company_id', 'agreement_line_id'], unique=False)
    op.create_index(op.f('ix_purchase_order_line_company_id_cost_centre_id'), 'purchase_order_line', ['company_id', 'cost_centre_id'], unique=False)
    op.create_index(op.f('ix_purchase_order_line_company_id_item_id'), 'purchase_order_line', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_purchase_order_line_company_id_purchase_order_id'), 'purchase_order_line', ['company_id', 'purchase_order_id'], unique=False)
    op.create_index(op.f('ix_purchase_order_line_company_id_requisition_line_id'), 'purchase_order_line', ['company_id', 'requisition_line_id'], unique=False)
    op.create_index('ix_purchase_order_line_due', 'purchase_order_line', ['company_id', 'due_on'], unique=False)
    op.create_table('request_for_quotation_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('request_for_quotation_id', sa.Uuid(), nullable=False, comment='The request.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place on the request.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What is asked for.'),
    sa.Column('quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='How much is asked for.'),
    sa.Column('needed_on', sa.Date(), nullable=True, comment='Day by which it is needed.'),
    sa.Column('requisition_line_id', sa.Uuid(), nullable=True, comment='The requisition line that it is for.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_request_for_quotation_line_quantity_positive')),
    sa.ForeignKeyConstraint(['company_id', 'request_for_quotation_id'], ['request_for_quotation.company_id', 'request_for_quotation.id'], name=op.f('fk_request_for_quotation_line_company_id_request_for_quotation_id')),
    sa.ForeignKeyConstraint(['company_id', 'requisition_line_id'], ['purchase_requisition_line.company_id', 'purchase_requisition_line.id'], name=op.f('fk_request_for_quotation_line_company_id_requisition_line_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_request_for_quotation_line_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_request_for_quotation_line_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_request_for_quotation_line')),
    sa.UniqueConstraint('company_id', 'request_for_quotation_id', 'position', name=op.f('uq_request_for_quotation_line_company_id_request_for_quotation_id_position'))
    )
    op.create_index(op.f('ix_request_for_quotation_line_company_id_item_id'), 'request_for_quotation_line', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_request_for_quotation_line_company_id_request_for_quotation_id'), 'request_for_quotation_line', ['company_id', 'request_for_quotation_id'], unique=False)
    op.create_index(op.f('ix_request_for_quotation_line_company_id_requisition_line_id'), 'request_for_quotation_line', ['company_id', 'requisition_line_id'], unique=False)
    op.create_table('shipment_package',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('shipment_id', sa.Uuid(), nullable=False, comment='The shipment the package belongs to.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place on the shipment.'),
    sa.Column('sscc', sa.Text(), nullable=False, comment='Serial shipping container code, 18 digits with GS1 check digit (GS1 General Specifications, 2.2.1).'),
    sa.Column('weight_kg', sa.Numeric(precision=20, scale=6), nullable=True, comment='Gross weight.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(sscc) <= 18', name=op.f('ck_shipment_package_sscc_length')),
    sa.CheckConstraint('weight_kg > 0', name=op.f('ck_shipment_package_weight_positive')),
    sa.ForeignKeyConstraint(['company_id', 'shipment_id'], ['shipment.company_id', 'shipment.id'], name=op.f('fk_shipment_package_company_id_shipment_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_shipment_package_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_shipment_package')),
    sa.UniqueConstraint('company_id', 'shipment_id', 'position', name=op.f('uq_shipment_package_company_id_shipment_id_position')),
    sa.UniqueConstraint('company_id', 'sscc', name=op.f('uq_shipment_package_company_id_sscc'))
    )
    op.create_index(op.f('ix_shipment_package_company_id_shipment_id'), 'shipment_package', ['company_id', 'shipment_id'], unique=False)
    op.create_table('stock_allocation',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('stock_reservation_id', sa.Uuid(), nullable=False, comment='The reservation the goods are for.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place: what expires first goes first.'),
    sa.Column('stock_balance_id', sa.Uuid(), nullable=False, comment='The balance that gives.'),
    sa.Column('location_id', sa.Uuid(), nullable=False, comment='Where the goods are.'),
    sa.Column('lot_id', sa.Uuid(), nullable=True, comment='The lot.'),
    sa.Column('quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='How much it gives.'),
    sa.Column('fulfilled_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='How much of it has gone out.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('fulfilled_quantity <= quantity', name=op.f('ck_stock_allocation_fulfilled_within_allocated')),
    sa.CheckConstraint('fulfilled_quantity >= 0', name=op.f('ck_stock_allocation_fulfilled_not_negative')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_stock_allocation_quantity_positive')),
    sa.ForeignKeyConstraint(['company_id', 'location_id'], ['location.company_id', 'location.id'], name=op.f('fk_stock_allocation_company_id_location_id')),
    sa.ForeignKeyConstraint(['company_id', 'lot_id'], ['lot.company_id', 'lot.id'], name=op.f('fk_stock_allocation_company_id_lot_id')),
    sa.ForeignKeyConstraint(['company_id', 'stock_balance_id'], ['stock_balance.company_id', 'stock_balance.id'], name=op.f('fk_stock_allocation_company_id_stock_balance_id')),
    sa.ForeignKeyConstraint(['company_id', 'stock_reservation_id'], ['stock_reservation.company_id', 'stock_reservation.id'], name=op.f('fk_stock_allocation_company_id_stock_reservation_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_stock_allocation_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_stock_allocation')),
    sa.UniqueConstraint('company_id', 'stock_reservation_id', 'position', name=op.f('uq_stock_allocation_company_id_stock_reservation_id_position'))
    )
    op.create_index(op.f('ix_stock_allocation_company_id_location_id'), 'stock_allocation', ['company_id', 'location_id'], unique=False)
    op.create_index(op.f('ix_stock_allocation_company_id_lot_id'), 'stock_allocation', ['company_id', 'lot_id'], unique=False)
    op.create_index(op.f('ix_stock_allocation_company_id_stock_balance_id'), 'stock_allocation', ['company_id', 'stock_balance_id'], unique=False)
    op.create_index(op.f('ix_stock_allocation_company_id_stock_reservation_id'), 'stock_allocation', ['company_id', 'stock_reservation_id'], unique=False)
    op.create_table('stock_transfer_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('stock_transfer_id', sa.Uuid(), nullable=False, comment='The transfer the line belongs to.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place on the transfer.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What was sent.'),
    sa.Column('lot_id', sa.Uuid(), nullable=True, comment='The lot that was sent.'),
    sa.Column('status', sa.Text(), nullable=False, comment='Status of the goods.'),
    sa.Column('shipped_quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='Sent.'),
    sa.Column('received_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Arrived so far.'),
    sa.Column('stock_entry_id', sa.Uuid(), nullable=False, comment='The entry that put the goods in transit; what arrives takes its value.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("status IN ('QUARANTINE', 'RELEASED', 'ON_HOLD', 'REJECTED', 'RECALLED', 'EXPIRED')", name=op.f('ck_stock_transfer_line_status_known')),
    sa.CheckConstraint('received_quantity <= shipped_quantity', name=op.f('ck_stock_transfer_line_received_within_shipped')),
    sa.CheckConstraint('received_quantity >= 0', name=op.f('ck_stock_transfer_line_received_not_negative')),
    sa.ForeignKeyConstraint(['company_id', 'lot_id'], ['lot.company_id', 'lot.id'], name=op.f('fk_stock_transfer_line_company_id_lot_id')),
    sa.ForeignKeyConstraint(['company_id', 'stock_entry_id'], ['stock_entry.company_id', 'stock_entry.id'], name=op.f('fk_stock_transfer_line_company_id_stock_entry_id')),
    sa.ForeignKeyConstraint(['company_id', 'stock_transfer_id'], ['stock_transfer.company_id', 'stock_transfer.id'], name=op.f('fk_stock_transfer_line_company_id_stock_transfer_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_stock_transfer_line_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_stock_transfer_line_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_stock_transfer_line')),
    sa.UniqueConstraint('company_id', 'stock_transfer_id', 'position', name=op.f('uq_stock_transfer_line_company_id_stock_transfer_id_position'))
    )
    op.create_index(op.f('ix_stock_transfer_line_company_id_item_id'), 'stock_transfer_line', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_stock_transfer_line_company_id_lot_id'), 'stock_transfer_line', ['company_id', 'lot_id'], unique=False)
    op.create_index(op.f('ix_stock_transfer_line_company_id_stock_entry_id'), 'stock_transfer_line', ['company_id', 'stock_entry_id'], unique=False)
    op.create_index(op.f('ix_stock_transfer_line_company_id_stock_transfer_id'), 'stock_transfer_line', ['company_id', 'stock_transfer_id'], unique=False)
    op.create_table('value_layer',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('posting_id', sa.Uuid(), nullable=False, comment='The posting that made the change.'),
    sa.Column('movement_id', sa.Uuid(), nullable=False, comment='The movement whose value it makes or corrects: a stock entry, or a revaluation of its own.'),
    sa.Column('stock_entry_id', sa.Uuid(), nullable=True, comment='The stock entry that it values; none for a revaluation.'),
    sa.Column('pool_id', sa.Uuid(), nullable=True, comment='The pool it changes; none for standard cost.'),
    sa.Column('layer_id', sa.Uuid(), nullable=False, comment='The movement that opened the layer; the pool itself where it is one layer.'),
    sa.Column('takes_from_id', sa.Uuid(), nullable=True, comment='The layer that a movement takes from before any other.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What is valued.'),
    sa.Column('site_id', sa.Uuid(), nullable=True, comment='Valuation area where it is a site; empty where it is the company or a location.'),
    sa.Column('lot_id', sa.Uuid(), nullable=True, comment='The lot that moved.'),
    sa.Column('method', sa.Text(), nullable=False, comment='The method that found the value.'),
    sa.Column('occurred_on', sa.Date(), nullable=False, comment='The day the change counts from.'),
    sa.Column('moved_on', sa.Date(), nullable=False, comment='The day its movement counts from.'),
    sa.Column('sequence', sa.Integer(), server_default='0', nullable=False, comment="The movement's place in its pool, within the day."),
    sa.Column('quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='Change of quantity; 0 for a late cost or revaluation.'),
    sa.Column('value', sa.Numeric(precision=20, scale=6), nullable=False, comment="Change of value, in the minor unit of the company's currency."),
    sa.Column('correction', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Part of the cost of goods that came in which belongs to goods that had gone out uncovered.'),
    sa.Column('unit_cost', sa.Numeric(precision=24, scale=10), nullable=True, comment='Cost of one unit that a revaluation set.'),
    sa.Column('account_id', sa.Uuid(), nullable=True, comment="Where a later correction of the movement's value goes; none where it follows the goods."),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("method IN ('STANDARD', 'AVERAGE', 'FIFO', 'LOT')", name=op.f('ck_value_layer_method_known')),
    sa.ForeignKeyConstraint(['company_id', 'account_id'], ['account.company_id', 'account.id'], name=op.f('fk_value_layer_company_id_account_id')),
    sa.ForeignKeyConstraint(['company_id', 'lot_id'], ['lot.company_id', 'lot.id'], name=op.f('fk_value_layer_company_id_lot_id')),
    sa.ForeignKeyConstraint(['company_id', 'pool_id'], ['value_pool.company_id', 'value_pool.id'], name=op.f('fk_value_layer_company_id_pool_id')),
    sa.ForeignKeyConstraint(['company_id', 'site_id'], ['site.company_id', 'site.id'], name=op.f('fk_value_layer_company_id_site_id')),
    sa.ForeignKeyConstraint(['company_id', 'stock_entry_id'], ['stock_entry.company_id', 'stock_entry.id'], name=op.f('fk_value_layer_company_id_stock_entry_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_value_layer_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_value_layer_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_value_layer'))
    )
    op.create_index(op.f('ix_value_layer_company_id_account_id'), 'value_layer', ['company_id', 'account_id'], unique=False)
    op.create_index(op.f('ix_value_layer_company_id_item_id'), 'value_layer', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_value_layer_company_id_lot_id'), 'value_layer', ['company_id', 'lot_id'], unique=False)
    op.create_index(op.f('ix_value_layer_company_id_pool_id'), 'value_layer', ['company_id', 'pool_id'], unique=False)
    op.create_index(op.f('ix_value_layer_company_id_site_id'), 'value_layer', ['company_id', 'site_id'], unique=False)
    op.create_index(op.f('ix_value_layer_company_id_stock_entry_id'), 'value_layer', ['company_id', 'stock_entry_id'], unique=False)
    op.create_index('ix_value_layer_moved', 'value_layer', ['company_id', 'pool_id', 'moved_on', 'sequence'], unique=False)
    op.create_index('ix_value_layer_movement', 'value_layer', ['company_id', 'movement_id'], unique=False)
    op.create_index('ix_value_layer_posting', 'value_layer', ['company_id', 'posting_id'], unique=False)
    op.create_table('work_order_operation',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('work_order_id', sa.Uuid(), nullable=False, comment='The order it is a step of.'),
    sa.Column('sequence', sa.SmallInteger(), nullable=False, comment='1-based place among the steps.'),
    sa.Column('work_centre_id', sa.Uuid(), nullable=False, comment='Where it is done.'),
    sa.Column('planned_hours', sa.Numeric(precision=20, scale=6), nullable=True, comment='Hours planned; none where the source did not plan them.'),
    sa.Column('actual_hours', sa.Numeric(precision=20, scale=6), nullable=True, comment='Hours worked.'),
    sa.Column('planned_cost', sa.Numeric(precision=20, scale=6), nullable=False, comment='Cost planned.'),
    sa.Column('actual_cost', sa.Numeric(precision=20, scale=6), nullable=True, comment='Cost incurred.'),
    sa.Column('planned_start_on', sa.Date(), nullable=False, comment='Day planned to begin.'),
    sa.Column('planned_end_on', sa.Date(), nullable=False, comment='Day planned to end.'),
    sa.Column('started_on', sa.Date(), nullable=True, comment='Day it began.'),
    sa.Column('ended_on', sa.Date(), nullable=True, comment='Day it ended.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('sequence > 0', name=op.f('ck_work_order_operation_sequence_positive')),
    sa.ForeignKeyConstraint(['company_id', 'work_centre_id'], ['work_centre.company_id', 'work_centre.id'], name=op.f('fk_work_order_operation_company_id_work_centre_id')),
    sa.ForeignKeyConstraint(['company_id', 'work_order_id'], ['work_order.company_id', 'work_order.id'], name=op.f('fk_work_order_operation_company_id_work_order_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_work_order_operation_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_work_order_operation')),
    sa.UniqueConstraint('company_id', 'work_order_id', 'sequence', name=op.f('uq_work_order_operation_company_id_work_order_id_sequence'))
    )
    op.create_index(op.f('ix_work_order_operation_company_id_work_centre_id'), 'work_order_operation', ['company_id', 'work_centre_id'], unique=False)
    op.create_index(op.f('ix_work_order_operation_company_id_work_order_id'), 'work_order_operation', ['company_id', 'work_order_id'], unique=False)
    op.create_table('goods_receipt_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('goods_receipt_id', sa.Uuid(), nullable=False, comment='The receipt the line belongs to.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place on the receipt.'),
    sa.Column('purchase_order_line_id', sa.Uuid(), nullable=False, comment='The order line received.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What arrived.'),
    sa.Column('location_id', sa.Uuid(), nullable=True, comment='Where it was put; nowhere where it is a cost and not goods for stock.'),
    sa.Column('lot_id', sa.Uuid(), nullable=True, comment='Our lot.'),
    sa.Column('received_quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='Arrived.'),
    sa.Column('rejected_quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='Refused at inspection.'),
    sa.Column('stocked_quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='Taken to stock.'),
    sa.Column('returned_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Taken to stock and sent back since.'),
    sa.Column('rejected_returned_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Refused at inspection and sent back since.'),
    sa.Column('owed_transaction_amount', sa.Numeric(precision=20, scale=6), nullable=False, comment="What GR/IR took up for them, in the order's currency."),
    sa.Column('owed_amount', sa.Numeric(precision=20, scale=6), nullable=False, comment='What GR/IR took up for them.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('received_quantity = rejected_quantity + stocked_quantity', name=op.f('ck_goods_receipt_line_received_is_rejected_and_stocked')),
    sa.CheckConstraint('received_quantity > 0', name=op.f('ck_goods_receipt_line_received_quantity_positive')),
    sa.CheckConstraint('rejected_quantity >= 0 AND stocked_quantity >= 0', name=op.f('ck_goods_receipt_line_quantities_not_negative')),
    sa.CheckConstraint('rejected_returned_quantity BETWEEN 0 AND rejected_quantity', name=op.f('ck_goods_receipt_line_rejected_returned_was_rejected')),
    sa.CheckConstraint('returned_quantity BETWEEN 0 AND stocked_quantity', name=op.f('ck_goods_receipt_line_returned_was_stocked')),
    sa.ForeignKeyConstraint(['company_id', 'goods_receipt_id'], ['goods_receipt.company_id', 'goods_receipt.id'], name=op.f('fk_goods_receipt_line_company_id_goods_receipt_id')),
    sa.ForeignKeyConstraint(['company_id', 'location_id'], ['location.company_id', 'location.id'], name=op.f('fk_goods_receipt_line_company_id_location_id')),
    sa.ForeignKeyConstraint(['company_id', 'lot_id'], ['lot.company_id', 'lot.id'], name=op.f('fk_goods_receipt_line_company_id_lot_id')),
    sa.ForeignKeyConstraint(['company_id', 'purchase_order_line_id'], ['purchase_order_line.company_id', 'purchase_order_line.id'], name=op.f('fk_goods_receipt_line_company_id_purchase_order_line_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_goods_receipt_line_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_goods_receipt_line_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_goods_receipt_line')),
    sa.UniqueConstraint('company_id', 'goods_receipt_id', 'position', name=op.f('uq_goods_receipt_line_company_id_goods_receipt_id_position'))
    )
    op.create_index(op.f('ix_goods_receipt_line_company_id_goods_receipt_id'), 'goods_receipt_line', ['company_id', 'goods_receipt_id'], unique=False)
    op.create_index(op.f('ix_goods_receipt_line_company_id_item_id'), 'goods_receipt_line', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_goods_receipt_line_company_id_location_id'), 'goods_receipt_line', ['company_id', 'location_id'], unique=False)
    op.create_index(op.f('ix_goods_receipt_line_company_id_lot_id'), 'goods_receipt_line', ['company_id', 'lot_id'], unique=False)
    op.create_index(op.f('ix_goods_receipt_line_company_id_purchase_order_line_id'), 'goods_receipt_line', ['company_id', 'purchase_order_line_id'], unique=False)
    op.create_table('purchase_order_confirmation_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('purchase_order_confirmation_id', sa.Uuid(), nullable=False, comment='The confirmation.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place on the confirmation.'),
    sa.Column('purchase_order_line_id', sa.Uuid(), nullable=False, comment='The order line.'),
    sa.Column('quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='How much comes.'),
    sa.Column('promised_on', sa.Date(), nullable=False, comment='Day by which it arrives.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_purchase_order_confirmation_line_quantity_positive')),
    sa.ForeignKeyConstraint(['company_id', 'purchase_order_confirmation_id'], ['purchase_order_confirmation.company_id', 'purchase_order_confirmation.id'], name=op.f('fk_purchase_order_confirmation_line_company_id_purchase_order_confirmation_id')),
    sa.ForeignKeyConstraint(['company_id', 'purchase_order_line_id'], ['purchase_order_line.company_id', 'purchase_order_line.id'], name=op.f('fk_purchase_order_confirmation_line_company_id_purchase_order_line_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_purchase_order_confirmation_line_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_purchase_order_confirmation_line')),
    sa.UniqueConstraint('company_id', 'purchase_order_confirmation_id', 'position', name=op.f('uq_purchase_order_confirmation_line_company_id_purchase_order_confirmation_id_position'))
    )
    op.create_index(op.f('ix_purchase_order_confirmation_line_company_id_purchase_order_confirmation_id'), 'purchase_order_confirmation_line', ['company_id', 'purchase_order_confirmation_id'], unique=False)
    op.create_index(op.f('ix_purchase_order_confirmation_line_company_id_purchase_order_line_id'), 'purchase_order_confirmation_line', ['company_id', 'purchase_order_line_id'], unique=False)
    op.create_table('purchase_return',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the return.'),
    sa.Column('goods_receipt_id', sa.Uuid(), nullable=False, comment='The receipt that brought the goods.'),
    sa.Column('purchase_order_id', sa.Uuid(), nullable=False, comment='The order they were received against.'),
    sa.Column('settlement', sa.Text(), nullable=False, comment='Whether they are to be replaced or credited.'),
    sa.Column('reason', sa.Text(), nullable=False, comment='Why they went back.'),
    sa.Column('returned_on', sa.Date(), nullable=False, comment='Day they left.'),
    sa.Column('posting_id', sa.Uuid(), nullable=False, comment='What goods and money posted for the return share.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("settlement IN ('REPLACE', 'CREDIT')", name=op.f('ck_purchase_return_settlement_known')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_purchase_return_number_length')),
    sa.CheckConstraint('char_length(reason) <= 400', name=op.f('ck_purchase_return_reason_length')),
    sa.ForeignKeyConstraint(['company_id', 'goods_receipt_id'], ['goods_receipt.company_id', 'goods_receipt.id'], name=op.f('fk_purchase_return_company_id_goods_receipt_id')),
    sa.ForeignKeyConstraint(['company_id', 'purchase_order_id'], ['purchase_order.company_id', 'purchase_order.id'], name=op.f('fk_purchase_return_company_id_purchase_order_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_purchase_return_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_purchase_return')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_purchase_return_company_id_number'))
    )
    op.create_index(op.f('ix_purchase_return_company_id_goods_receipt_id'), 'purchase_return', ['company_id', 'goods_receipt_id'], unique=False)
    op.create_index(op.f('ix_purchase_return_company_id_number_id'), 'purchase_return', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_purchase_return_company_id_purchase_order_id'), 'purchase_return', ['company_id', 'purchase_order_id'], unique=False)
    op.create_index(op.f('ix_purchase_return_company_id_returned_on_id'), 'purchase_return', ['company_id', 'returned_on', 'id'], unique=False)
    op.create_table('return_credit',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('goods_return_id', sa.Uuid(), nullable=False, comment='The return.'),
    sa.Column('credit_note_id', sa.Uuid(), nullable=False, comment='The credit note, which names the invoice it takes back.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.ForeignKeyConstraint(['company_id', 'credit_note_id'], ['customer_invoice.company_id', 'customer_invoice.id'], name=op.f('fk_return_credit_company_id_credit_note_id')),
    sa.ForeignKeyConstraint(['company_id', 'goods_return_id'], ['goods_return.company_id', 'goods_return.id'], name=op.f('fk_return_credit_company_id_goods_return_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_return_credit_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_return_credit'))
    )
    op.create_index(op.f('ix_return_credit_company_id_credit_note_id'), 'return_credit', ['company_id', 'credit_note_id'], unique=False)
    op.create_index(op.f('ix_return_credit_company_id_goods_return_id'), 'return_credit', ['company_id', 'goods_return_id'], unique=False)
    op.create_table('shipment_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('shipment_id', sa.Uuid(), nullable=False, comment='The shipment the line belongs to.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place on the shipment.'),
    sa.Column('sales_order_line_id', sa.Uuid(), nullable=False, comment='The line of the order that it fulfils.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What is shipped.'),
    sa.Column('quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='How much.'),
    sa.Column('stock_allocation_id', sa.Uuid(), nullable=False, comment='The promise that it takes from.'),
    sa.Column('location_id', sa.Uuid(), nullable=False, comment='Where it is taken from.'),
    sa.Column('lot_id', sa.Uuid(), nullable=True, comment='The lot.'),
    sa.Column('lot_number', sa.Text(), nullable=True, comment='Number of the lot.'),
    sa.Column('expires_on', sa.Date(), nullable=True, comment='Last day the lot may be used.'),
    sa.Column('stock_entry_id', sa.Uuid(), nullable=True, comment='The entry by which it left stock.'),
    sa.Column('returned_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Came back.'),
    sa.Column('invoiced_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='Invoiced, credit notes taken off.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(lot_number) <= 64', name=op.f('ck_shipment_line_lot_number_length')),
    sa.CheckConstraint('invoiced_quantity <= quantity', name=op.f('ck_shipment_line_invoiced_within_shipped')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_shipment_line_quantity_positive')),
    sa.CheckConstraint('returned_quantity <= quantity', name=op.f('ck_shipment_line_returned_within_shipped')),
    sa.CheckConstraint('returned_quantity >= 0 AND invoiced_quantity >= 0', name=op.f('ck_shipment_line_quantities_not_negative')),
    sa.ForeignKeyConstraint(['company_id', 'location_id'], ['location.company_id', 'location.id'], name=op.f('fk_shipment_line_company_id_location_id')),
    sa.ForeignKeyConstraint(['company_id', 'lot_id'], ['lot.company_id', 'lot.id'], name=op.f('fk_shipment_line_company_id_lot_id')),
    sa.ForeignKeyConstraint(['company_id', 'sales_order_line_id'], ['sales_order_line.company_id', 'sales_order_line.id'], name=op.f('fk_shipment_line_company_id_sales_order_line_id')),
    sa.ForeignKeyConstraint(['company_id', 'shipment_id'], ['shipment.company_id', 'shipment.id'], name=op.f('fk_shipment_line_company_id_shipment_id')),
    sa.ForeignKeyConstraint(['company_id', 'stock_allocation_id'], ['stock_allocation.company_id', 'stock_allocation.id'], name=op.f('fk_shipment_line_company_id_stock_allocation_id')),
    sa.ForeignKeyConstraint(['company_id', 'stock_entry_id'], ['stock_entry.company_id', 'stock_entry.id'], name=op.f('fk_shipment_line_company_id_stock_entry_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_shipment_line_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_shipment_line_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_shipment_line')),
    sa.UniqueConstraint('company_id', 'shipment_id', 'position', name=op.f('uq_shipment_line_company_id_shipment_id_position'))
    )
    op.create_index(op.f('ix_shipment_line_company_id_item_id'), 'shipment_line', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_shipment_line_company_id_location_id'), 'shipment_line', ['company_id', 'location_id'], unique=False)
    op.create_index(op.f('ix_shipment_line_company_id_lot_id'), 'shipment_line', ['company_id', 'lot_id'], unique=False)
    op.create_index(op.f('ix_shipment_line_company_id_sales_order_line_id'), 'shipment_line', ['company_id', 'sales_order_line_id'], unique=False)
    op.create_index(op.f('ix_shipment_line_company_id_shipment_id'), 'shipment_line', ['company_id', 'shipment_id'], unique=False)
    op.create_index(op.f('ix_shipment_line_company_id_stock_allocation_id'), 'shipment_line', ['company_id', 'stock_allocation_id'], unique=False)
    op.create_index(op.f('ix_shipment_line_company_id_stock_entry_id'), 'shipment_line', ['company_id', 'stock_entry_id'], unique=False)
    op.create_table('shipping_notice',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the notice.'),
    sa.Column('purchase_order_id', sa.Uuid(), nullable=False, comment='The order that it is of.'),
    sa.Column('status', sa.Text(), nullable=False, comment='Where it is in its flow.'),
    sa.Column('delivery_note', sa.Text(), nullable=True, comment="The supplier's delivery note."),
    sa.Column('shipped_on', sa.Date(), nullable=False, comment='Day it left.'),
    sa.Column('expected_on', sa.Date(), nullable=True, comment='Day it is to arrive.'),
    sa.Column('carrier', sa.Text(), nullable=True, comment='Who brings it.'),
    sa.Column('tracking_number', sa.Text(), nullable=True, comment="The carrier's number of it."),
    sa.Column('sent_by', sa.Uuid(), nullable=False, comment='The user who entered it.'),
    sa.Column('goods_receipt_id', sa.Uuid(), nullable=True, comment='The receipt that took it in.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("(status = 'RECEIVED') = (goods_receipt_id IS NOT NULL)", name=op.f('ck_shipping_notice_received_with_a_receipt')),
    sa.CheckConstraint("status IN ('SENT', 'RECEIVED', 'CANCELLED')", name=op.f('ck_shipping_notice_status_known')),
    sa.CheckConstraint('char_length(carrier) <= 400', name=op.f('ck_shipping_notice_carrier_length')),
    sa.CheckConstraint('char_length(delivery_note) <= 64', name=op.f('ck_shipping_notice_delivery_note_length')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_shipping_notice_number_length')),
    sa.CheckConstraint('char_length(tracking_number) <= 64', name=op.f('ck_shipping_notice_tracking_number_length')),
    sa.CheckConstraint('expected_on >= shipped_on', name=op.f('ck_shipping_notice_expected_after_shipped')),
    sa.ForeignKeyConstraint(['company_id', 'goods_receipt_id'], ['goods_receipt.company_id', 'goods_receipt.id'], name=op.f('fk_shipping_notice_company_id_goods_receipt_id')),
    sa.ForeignKeyConstraint(['company_id', 'purchase_order_id'], ['purchase_order.company_id', 'purchase_order.id'], name=op.f('fk_shipping_notice_company_id_purchase_order_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_shipping_notice_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_shipping_notice')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_shipping_notice_company_id_number'))
    )
    op.create_index(op.f('ix_shipping_notice_company_id_goods_receipt_id'), 'shipping_notice', ['company_id', 'goods_receipt_id'], unique=False)
    op.create_index(op.f('ix_shipping_notice_company_id_number_id'), 'shipping_notice', ['company_id', 'number', 'id'], unique=False)
    op.create_index(op.f('ix_shipping_notice_company_id_purchase_order_id'), 'shipping_notice', ['company_id', 'purchase_order_id'], unique=False)
    op.create_index(op.f('ix_shipping_notice_company_id_shipped_on_id'), 'shipping_notice', ['company_id', 'shipped_on', 'id'], unique=False)
    op.create_index(op.f('ix_shipping_notice_company_id_status_id'), 'shipping_notice', ['company_id', 'status', 'id'], unique=False)
    op.create_table('supplier_invoice_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('supplier_invoice_id', sa.Uuid(), nullable=False, comment='The invoice.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place on the invoice.'),
    sa.Column('purchase_order_line_id', sa.Uuid(), nullable=True, comment='The order line that is invoiced.'),
    sa.Column('goods_receipt_id', sa.Uuid(), nullable=True, comment='The receipt that is invoiced; the oldest not invoiced unless named.'),
    sa.Column('account_id', sa.Uuid(), nullable=True, comment='The cost it counts as, where it is not goods of an order.'),
    sa.Column('item_id', sa.Uuid(), nullable=True, comment='What was bought.'),
    sa.Column('description', sa.Text(), nullable=False, comment='What is charged.'),
    sa.Column('quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='How much; 0 where only the price is credited.'),
    sa.Column('unit_price', sa.Numeric(precision=24, scale=10), nullable=False, comment='Price of one.'),
    sa.Column('tax_code_id', sa.Uuid(), nullable=True, comment='Its tax treatment.'),
    sa.Column('net', sa.Numeric(precision=20, scale=6), nullable=False, comment='Amount without taxes.'),
    sa.Column('tax', sa.Numeric(precision=20, scale=6), nullable=False, comment='Its share of the taxes.'),
    sa.Column('price_difference', sa.Numeric(precision=24, scale=10), server_default='0', nullable=False, comment="By how much the price of one is above the order's."),
    sa.Column('over_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='How much of it had not been accepted.'),
    sa.Column('block_reasons', postgresql.ARRAY(sa.Text()), server_default='{}', nullable=False, comment='Why it is outside tolerance: PRICE, QUANTITY_OVER.'),
    sa.Column('credits_id', sa.Uuid(), nullable=True, comment='The line that a credit note takes back.'),
    sa.Column('cost_centre_id', sa.Uuid(), nullable=True, comment='The cost centre that bears the amount.'),
    sa.Column('project_code', sa.Text(), nullable=True, comment='Code of the project the amount belongs to.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('(purchase_order_line_id IS NULL) <> (account_id IS NULL)', name=op.f('ck_supplier_invoice_line_goods_or_account')),
    sa.CheckConstraint('char_length(description) <= 400', name=op.f('ck_supplier_invoice_line_description_length')),
    sa.CheckConstraint('char_length(project_code) <= 64', name=op.f('ck_supplier_invoice_line_project_code_length')),
    sa.ForeignKeyConstraint(['company_id', 'account_id'], ['account.company_id', 'account.id'], name=op.f('fk_supplier_invoice_line_company_id_account_id')),
    sa.ForeignKeyConstraint(['company_id', 'cost_centre_id'], ['cost_centre.company_id', 'cost_centre.id'], name=op.f('fk_supplier_invoice_line_company_id_cost_centre_id')),
    sa.ForeignKeyConstraint(['company_id', 'credits_id'], ['supplier_invoice_line.company_id', 'supplier_invoice_line.id'], name=op.f('fk_supplier_invoice_line_company_id_credits_id')),
    sa.ForeignKeyConstraint(['company_id', 'goods_receipt_id'], ['goods_receipt.company_id', 'goods_receipt.id'], name=op.f('fk_supplier_invoice_line_company_id_goods_receipt_id')),
    sa.ForeignKeyConstraint(['company_id', 'purchase_order_line_id'], ['purchase_order_line.company_id', 'purchase_order_line.id'], name=op.f('fk_supplier_invoice_line_company_id_purchase_order_line_id')),
    sa.ForeignKeyConstraint(['company_id', 'supplier_invoice_id'], ['supplier_invoice.company_id', 'supplier_invoice.id'], name=op.f('fk_supplier_invoice_line_company_id_supplier_invoice_id')),
    sa.ForeignKeyConstraint(['company_id', 'tax_code_id'], ['tax_code.company_id', 'tax_code.id'], name=op.f('fk_supplier_invoice_line_company_id_tax_code_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_supplier_invoice_line_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_supplier_invoice_line_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_supplier_invoice_line')),
    sa.UniqueConstraint('company_id', 'supplier_invoice_id', 'position', name=op.f('uq_supplier_invoice_line_company_id_supplier_invoice_id_position'))
    )
    op.create_index(op.f('ix_supplier_invoice_line_company_id_account_id'), 'supplier_invoice_line', ['company_id', 'account_id'], unique=False)
    op.create_index(op.f('ix_supplier_invoice_line_company_id_cost_centre_id'), 'supplier_invoice_line', ['company_id', 'cost_centre_id'], unique=False)
    op.create_index(op.f('ix_supplier_invoice_line_company_id_credits_id'), 'supplier_invoice_line', ['company_id', 'credits_id'], unique=False)
    op.create_index(op.f('ix_supplier_invoice_line_company_id_goods_receipt_id'), 'supplier_invoice_line', ['company_id', 'goods_receipt_id'], unique=False)
    op.create_index(op.f('ix_supplier_invoice_line_company_id_item_id'), 'supplier_invoice_line', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_supplier_invoice_line_company_id_purchase_order_line_id'), 'supplier_invoice_line', ['company_id', 'purchase_order_line_id'], unique=False)
    op.create_index(op.f('ix_supplier_invoice_line_company_id_supplier_invoice_id'), 'supplier_invoice_line', ['company_id', 'supplier_invoice_id'], unique=False)
    op.create_index(op.f('ix_supplier_invoice_line_company_id_tax_code_id'), 'supplier_invoice_line', ['company_id', 'tax_code_id'], unique=False)
    op.create_table('supplier_quotation_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('supplier_quotation_id', sa.Uuid(), nullable=False, comment='The quotation.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place, that of the request.'),
    sa.Column('request_for_quotation_line_id', sa.Uuid(), nullable=False, comment='The line of the request.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What is asked for.'),
    sa.Column('quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='How much is asked for.'),
    sa.Column('needed_on', sa.Date(), nullable=True, comment='Day by which it is needed.'),
    sa.Column('unit_price', sa.Numeric(precision=24, scale=10), nullable=True, comment='Net price of one unit.'),
    sa.Column('delivery_on', sa.Date(), nullable=True, comment='Day on which it would arrive.'),
    sa.Column('awarded_quantity', sa.Numeric(precision=20, scale=6), nullable=True, comment='How much was ordered of it.'),
    sa.Column('purchase_order_id', sa.Uuid(), nullable=True, comment='The order that followed.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('(awarded_quantity IS NULL) = (purchase_order_id IS NULL)', name=op.f('ck_supplier_quotation_line_awarded_is_ordered')),
    sa.CheckConstraint('awarded_quantity > 0', name=op.f('ck_supplier_quotation_line_awarded_positive')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_supplier_quotation_line_quantity_positive')),
    sa.CheckConstraint('unit_price >= 0', name=op.f('ck_supplier_quotation_line_unit_price_not_negative')),
    sa.ForeignKeyConstraint(['company_id', 'purchase_order_id'], ['purchase_order.company_id', 'purchase_order.id'], name=op.f('fk_supplier_quotation_line_company_id_purchase_order_id')),
    sa.ForeignKeyConstraint(['company_id', 'request_for_quotation_line_id'], ['request_for_quotation_line.company_id', 'request_for_quotation_line.id'], name=op.f('fk_supplier_quotation_line_company_id_request_for_quotation_line_id')),
    sa.ForeignKeyConstraint(['company_id', 'supplier_quotation_id'], ['supplier_quotation.company_id', 'supplier_quotation.id'], name=op.f('fk_supplier_quotation_line_company_id_supplier_quotation_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_supplier_quotation_line_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_supplier_quotation_line_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_supplier_quotation_line')),
    sa.UniqueConstraint('company_id', 'supplier_quotation_id', 'position', name=op.f('uq_supplier_quotation_line_company_id_supplier_quotation_id_position'))
    )
    op.create_index(op.f('ix_supplier_quotation_line_company_id_item_id'), 'supplier_quotation_line', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_supplier_quotation_line_company_id_purchase_order_id'), 'supplier_quotation_line', ['company_id', 'purchase_order_id'], unique=False)
    op.create_index(op.f('ix_supplier_quotation_line_company_id_request_for_quotation_line_id'), 'supplier_quotation_line', ['company_id', 'request_for_quotation_line_id'], unique=False)
    op.create_index(op.f('ix_supplier_quotation_line_company_id_supplier_quotation_id'), 'supplier_quotation_line', ['company_id', 'supplier_quotation_id'], unique=False)
    op.create_table('goods_return_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('goods_return_id', sa.Uuid(), nullable=False, comment='The return the line belongs to.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place on the return.'),
    sa.Column('shipment_line_id', sa.Uuid(), nullable=False, comment='The line that it came with.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What came back.'),
    sa.Column('lot_number', sa.Text(), nullable=True, comment='Number of the lot.'),
    sa.Column('quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='How much.'),
    sa.Column('is_replaced', sa.Boolean(), server_default='false', nullable=False, comment='Whether as much is to be shipped again instead of a credit.'),
    sa.Column('location_id', sa.Uuid(), nullable=False, comment='Where it was put.'),
    sa.Column('to_credit_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='How much of it had been charged and is to be credited.'),
    sa.Column('credited_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='How much of that was credited.'),
    sa.Column('restocked_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='How much of it may be used again.'),
    sa.Column('scrapped_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='How much of it was scrapped.'),
    sa.Column('undecided_quantity', sa.Numeric(precision=20, scale=6), sa.Computed('quantity - restocked_quantity - scrapped_quantity', persisted=True), nullable=False, comment='How much of it stands in quarantine, undecided.'),
    sa.Column('posting_id', sa.Uuid(), nullable=False, comment='What the line shares with the move and the voucher that it made.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('NOT is_replaced OR to_credit_quantity = 0', name=op.f('ck_goods_return_line_replaced_or_credited')),
    sa.CheckConstraint('char_length(lot_number) <= 64', name=op.f('ck_goods_return_line_lot_number_length')),
    sa.CheckConstraint('credited_quantity <= to_credit_quantity', name=op.f('ck_goods_return_line_credited_within_due')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_goods_return_line_quantity_positive')),
    sa.CheckConstraint('restocked_quantity + scrapped_quantity <= quantity', name=op.f('ck_goods_return_line_decided_within_returned')),
    sa.CheckConstraint('to_credit_quantity <= quantity', name=op.f('ck_goods_return_line_credit_within_returned')),
    sa.CheckConstraint('to_credit_quantity >= 0 AND credited_quantity >= 0 AND restocked_quantity >= 0 AND scrapped_quantity >= 0', name=op.f('ck_goods_return_line_quantities_not_negative')),
    sa.ForeignKeyConstraint(['company_id', 'goods_return_id'], ['goods_return.company_id', 'goods_return.id'], name=op.f('fk_goods_return_line_company_id_goods_return_id')),
    sa.ForeignKeyConstraint(['company_id', 'location_id'], ['location.company_id', 'location.id'], name=op.f('fk_goods_return_line_company_id_location_id')),
    sa.ForeignKeyConstraint(['company_id', 'shipment_line_id'], ['shipment_line.company_id', 'shipment_line.id'], name=op.f('fk_goods_return_line_company_id_shipment_line_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_goods_return_line_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_goods_return_line_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_goods_return_line')),
    sa.UniqueConstraint('company_id', 'goods_return_id', 'position', name=op.f('uq_goods_return_line_company_id_goods_return_id_position'))
    )
    op.create_index(op.f('ix_goods_return_line_company_id_goods_return_id'), 'goods_return_line', ['company_id', 'goods_return_id'], unique=False)
    op.create_index(op.f('ix_goods_return_line_company_id_item_id'), 'goods_return_line', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_goods_return_line_company_id_location_id'), 'goods_return_line', ['company_id', 'location_id'], unique=False)
    op.create_index(op.f('ix_goods_return_line_company_id_shipment_line_id'), 'goods_return_line', ['company_id', 'shipment_line_id'], unique=False)
    op.create_table('purchase_return_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('purchase_return_id', sa.Uuid(), nullable=False, comment='The return the line belongs to.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place on the return.'),
    sa.Column('goods_receipt_line_id', sa.Uuid(), nullable=False, comment='The receipt line that brought the goods.'),
    sa.Column('purchase_order_line_id', sa.Uuid(), nullable=False, comment='The order line.'),
    sa.Column('quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='How much went back.'),
    sa.Column('is_rejected', sa.Boolean(), server_default='false', nullable=False, comment='Whether the goods were refused at inspection and never ours.'),
    sa.Column('owed_transaction_amount', sa.Numeric(precision=20, scale=6), nullable=False, comment="What GR/IR gave up for it, in the order's currency."),
    sa.Column('owed_amount', sa.Numeric(precision=20, scale=6), nullable=False, comment='What GR/IR gave up for it.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('NOT is_rejected OR (owed_transaction_amount = 0 AND owed_amount = 0)', name=op.f('ck_purchase_return_line_rejected_was_not_owed')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_purchase_return_line_quantity_positive')),
    sa.ForeignKeyConstraint(['company_id', 'goods_receipt_line_id'], ['goods_receipt_line.company_id', 'goods_receipt_line.id'], name=op.f('fk_purchase_return_line_company_id_goods_receipt_line_id')),
    sa.ForeignKeyConstraint(['company_id', 'purchase_order_line_id'], ['purchase_order_line.company_id', 'purchase_order_line.id'], name=op.f('fk_purchase_return_line_company_id_purchase_order_line_id')),
    sa.ForeignKeyConstraint(['company_id', 'purchase_return_id'], ['purchase_return.company_id', 'purchase_return.id'], name=op.f('fk_purchase_return_line_company_id_purchase_return_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_purchase_return_line_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_purchase_return_line')),
    sa.UniqueConstraint('company_id', 'purchase_return_id', 'position', name=op.f('uq_purchase_return_line_company_id_purchase_return_id_position'))
    )
    op.create_index(op.f('ix_purchase_return_line_company_id_goods_receipt_line_id'), 'purchase_return_line', ['company_id', 'goods_receipt_line_id'], unique=False)
    op.create_index(op.f('ix_purchase_return_line_company_id_purchase_order_line_id'), 'purchase_return_line', ['company_id', 'purchase_order_line_id'], unique=False)
    op.create_index(op.f('ix_purchase_return_line_company_id_purchase_return_id'), 'purchase_return_line', ['company_id', 'purchase_return_id'], unique=False)
    op.create_table('shipment_charge',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('shipment_line_id', sa.Uuid(), nullable=False, comment='The line that is charged.'),
    sa.Column('customer_invoice_id', sa.Uuid(), nullable=False, comment='The invoice that charges it.'),
    sa.Column('invoice_position', sa.Integer(), nullable=False, comment='The place on the invoice that it is part of.'),
    sa.Column('quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='How much is charged.'),
    sa.Column('credited_quantity', sa.Numeric(precision=20, scale=6), server_default='0', nullable=False, comment='How much of it was credited.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('credited_quantity <= quantity', name=op.f('ck_shipment_charge_credited_within_charged')),
    sa.CheckConstraint('credited_quantity >= 0', name=op.f('ck_shipment_charge_credited_not_negative')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_shipment_charge_quantity_positive')),
    sa.ForeignKeyConstraint(['company_id', 'customer_invoice_id'], ['customer_invoice.company_id', 'customer_invoice.id'], name=op.f('fk_shipment_charge_company_id_customer_invoice_id')),
    sa.ForeignKeyConstraint(['company_id', 'shipment_line_id'], ['shipment_line.company_id', 'shipment_line.id'], name=op.f('fk_shipment_charge_company_id_shipment_line_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_shipment_charge_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_shipment_charge')),
    sa.UniqueConstraint('company_id', 'shipment_line_id', 'customer_invoice_id', name=op.f('uq_shipment_charge_company_id_shipment_line_id_customer_invoice_id'))
    )
    op.create_index(op.f('ix_shipment_charge_company_id_customer_invoice_id'), 'shipment_charge', ['company_id', 'customer_invoice_id'], unique=False)
    op.create_index(op.f('ix_shipment_charge_company_id_shipment_line_id'), 'shipment_charge', ['company_id', 'shipment_line_id'], unique=False)
    op.create_table('shipment_package_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('shipment_package_id', sa.Uuid(), nullable=False, comment='The package.'),
    sa.Column('shipment_line_id', sa.Uuid(), nullable=False, comment='The line that is in it.'),
    sa.Column('quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='How much of it.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_shipment_package_line_quantity_positive')),
    sa.ForeignKeyConstraint(['company_id', 'shipment_line_id'], ['shipment_line.company_id', 'shipment_line.id'], name=op.f('fk_shipment_package_line_company_id_shipment_line_id')),
    sa.ForeignKeyConstraint(['company_id', 'shipment_package_id'], ['shipment_package.company_id', 'shipment_package.id'], name=op.f('fk_shipment_package_line_company_id_shipment_package_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_shipment_package_line_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_shipment_package_line')),
    sa.UniqueConstraint('company_id', 'shipment_package_id', 'shipment_line_id', name=op.f('uq_shipment_package_line_company_id_shipment_package_id_shipment_line_id'))
    )
    op.create_index(op.f('ix_shipment_package_line_company_id_shipment_line_id'), 'shipment_package_line', ['company_id', 'shipment_line_id'], unique=False)
    op.create_index(op.f('ix_shipment_package_line_company_id_shipment_package_id'), 'shipment_package_line', ['company_id', 'shipment_package_id'], unique=False)
    op.create_table('shipped_serial',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('shipment_line_id', sa.Uuid(), nullable=False, comment='The line that the piece is of.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What it is.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Serial number of the piece.'),
    sa.Column('is_out', sa.Boolean(), server_default='true', nullable=False, comment='Whether the piece is with the customer, or picked for it.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_shipped_serial_number_length')),
    sa.ForeignKeyConstraint(['company_id', 'shipment_line_id'], ['shipment_line.company_id', 'shipment_line.id'], name=op.f('fk_shipped_serial_company_id_shipment_line_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_shipped_serial_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_shipped_serial_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_shipped_serial')),
    sa.UniqueConstraint('company_id', 'shipment_line_id', 'number', name=op.f('uq_shipped_serial_company_id_shipment_line_id_number'))
    )
    op.create_index(op.f('ix_shipped_serial_company_id_item_id'), 'shipped_serial', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_shipped_serial_company_id_shipment_line_id'), 'shipped_serial', ['company_id', 'shipment_line_id'], unique=False)
    op.create_index('uq_shipped_serial_out', 'shipped_serial', ['company_id', 'item_id', 'number'], unique=True, postgresql_where='is_out')
    op.create_table('shipping_notice_package',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('shipping_notice_id', sa.Uuid(), nullable=False, comment='The notice.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place on the notice.'),
    sa.Column('sscc', sa.Text(), nullable=False, comment='Serial shipping container code, 18 digits with GS1 check digit (GS1 General Specifications, 2.2.1).'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(sscc) <= 18', name=op.f('ck_shipping_notice_package_sscc_length')),
    sa.ForeignKeyConstraint(['company_id', 'shipping_notice_id'], ['shipping_notice.company_id', 'shipping_notice.id'], name=op.f('fk_shipping_notice_package_company_id_shipping_notice_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_shipping_notice_package_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_shipping_notice_package')),
    sa.UniqueConstraint('company_id', 'shipping_notice_id', 'position', name=op.f('uq_shipping_notice_package_company_id_shipping_notice_id_position')),
    sa.UniqueConstraint('company_id', 'shipping_notice_id', 'sscc', name=op.f('uq_shipping_notice_package_company_id_shipping_notice_id_sscc'))
    )
    op.create_index(op.f('ix_shipping_notice_package_company_id_shipping_notice_id'), 'shipping_notice_package', ['company_id', 'shipping_notice_id'], unique=False)
    op.create_table('supplier_invoice_match',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('supplier_invoice_line_id', sa.Uuid(), nullable=False, comment='The invoice line.'),
    sa.Column('purchase_order_line_id', sa.Uuid(), nullable=False, comment='The order line whose GR/IR it moves.'),
    sa.Column('goods_receipt_line_id', sa.Uuid(), nullable=True, comment='The goods that it clears; none for what has not come.'),
    sa.Column('kind', sa.Text(), nullable=False, comment='What changed the match.'),
    sa.Column('occurred_on', sa.Date(), nullable=False, comment='Day from which it counts.'),
    sa.Column('quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='How much is invoiced (positive) or taken back (negative).'),
    sa.Column('transaction_amount', sa.Numeric(precision=20, scale=6), nullable=False, comment="What it moves GR/IR by in the order's currency, debit positive."),
    sa.Column('amount', sa.Numeric(precision=20, scale=6), nullable=False, comment='What it moves GR/IR by, debit positive.'),
    sa.Column('price_difference', sa.Numeric(precision=20, scale=6), nullable=False, comment='What the goods cost more than they were received at.'),
    sa.Column('exchange_difference', sa.Numeric(precision=20, scale=6), nullable=False, comment='What the change of the rate since the receipt cost (debit positive) or brought.'),
    sa.Column('journal_entry_id', sa.Uuid(), nullable=True, comment='The voucher that it is part of; none where nothing differed.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("kind IN ('INVOICED', 'CREDITED', 'ARRIVED', 'REPLACED')", name=op.f('ck_supplier_invoice_match_kind_known')),
    sa.ForeignKeyConstraint(['company_id', 'goods_receipt_line_id'], ['goods_receipt_line.company_id', 'goods_receipt_line.id'], name=op.f('fk_supplier_invoice_match_company_id_goods_receipt_line_id')),
    sa.ForeignKeyConstraint(['company_id', 'journal_entry_id'], ['journal_entry.company_id', 'journal_entry.id'], name=op.f('fk_supplier_invoice_match_company_id_journal_entry_id')),
    sa.ForeignKeyConstraint(['company_id', 'purchase_order_line_id'], ['purchase_order_line.company_id', 'purchase_order_line.id'], name=op.f('fk_supplier_invoice_match_company_id_purchase_order_line_id')),
    sa.ForeignKeyConstraint(['company_id', 'supplier_invoice_line_id'], ['supplier_invoice_line.company_id', 'supplier_invoice_line.id'], name=op.f('fk_supplier_invoice_match_company_id_supplier_invoice_line_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_supplier_invoice_match_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_supplier_invoice_match'))
    )
    op.create_index(op.f('ix_supplier_invoice_match_company_id_goods_receipt_line_id'), 'supplier_invoice_match', ['company_id', 'goods_receipt_line_id'], unique=False)
    op.create_index(op.f('ix_supplier_invoice_match_company_id_journal_entry_id'), 'supplier_invoice_match', ['company_id', 'journal_entry_id'], unique=False)
    op.create_index(op.f('ix_supplier_invoice_match_company_id_purchase_order_line_id'), 'supplier_invoice_match', ['company_id', 'purchase_order_line_id'], unique=False)
    op.create_index(op.f('ix_supplier_invoice_match_company_id_supplier_invoice_line_id'), 'supplier_invoice_match', ['company_id', 'supplier_invoice_line_id'], unique=False)
    op.create_table('shipping_notice_line',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('shipping_notice_id', sa.Uuid(), nullable=False, comment='The notice.'),
    sa.Column('position', sa.Integer(), nullable=False, comment='1-based place on the notice.'),
    sa.Column('purchase_order_line_id', sa.Uuid(), nullable=False, comment='The order line.'),
    sa.Column('quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='How much is on its way.'),
    sa.Column('supplier_lot', sa.Text(), nullable=True, comment="The supplier's number of the lot."),
    sa.Column('manufacturer', sa.Text(), nullable=True, comment='Who made the lot.'),
    sa.Column('made_on', sa.Date(), nullable=True, comment='Day of manufacture.'),
    sa.Column('expires_on', sa.Date(), nullable=True, comment='Last day the lot may be used.'),
    sa.Column('udi', sa.Text(), nullable=True, comment='Unique device identifier, as on the label.'),
    sa.Column('shipping_notice_package_id', sa.Uuid(), nullable=True, comment='The package that it is in.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('char_length(manufacturer) <= 400', name=op.f('ck_shipping_notice_line_manufacturer_length')),
    sa.CheckConstraint('char_length(supplier_lot) <= 64', name=op.f('ck_shipping_notice_line_supplier_lot_length')),
    sa.CheckConstraint('char_length(udi) <= 200', name=op.f('ck_shipping_notice_line_udi_length')),
    sa.CheckConstraint('expires_on IS NULL OR made_on IS NULL OR expires_on >= made_on', name=op.f('ck_shipping_notice_line_expires_after_made')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_shipping_notice_line_quantity_positive')),
    sa.ForeignKeyConstraint(['company_id', 'purchase_order_line_id'], ['purchase_order_line.company_id', 'purchase_order_line.id'], name=op.f('fk_shipping_notice_line_company_id_purchase_order_line_id')),
    sa.ForeignKeyConstraint(['company_id', 'shipping_notice_id'], ['shipping_notice.company_id', 'shipping_notice.id'], name=op.f('fk_shipping_notice_line_company_id_shipping_notice_id')),
    sa.ForeignKeyConstraint(['company_id', 'shipping_notice_package_id'], ['shipping_notice_package.company_id', 'shipping_notice_package.id'], name=op.f('fk_shipping_notice_line_company_id_shipping_notice_package_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_shipping_notice_line_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_shipping_notice_line')),
    sa.UniqueConstraint('company_id', 'shipping_notice_id', 'position', name=op.f('uq_shipping_notice_line_company_id_shipping_notice_id_position'))
    )
    op.create_index(op.f('ix_shipping_notice_line_company_id_purchase_order_line_id'), 'shipping_notice_line', ['company_id', 'purchase_order_line_id'], unique=False)
    op.create_index(op.f('ix_shipping_notice_line_company_id_shipping_notice_id'), 'shipping_notice_line', ['company_id', 'shipping_notice_id'], unique=False)
    op.create_index(op.f('ix_shipping_notice_line_company_id_shipping_notice_package_id'), 'shipping_notice_line', ['company_id', 'shipping_notice_package_id'], unique=False)
