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
    sa.Column('threshold', sa.Numeric(precision=24, scale=10), nullable=False, comment='Where the condition begins: days after the due date, or percent of the reorder point.'),
    sa.Column('hysteresis', sa.Numeric(precision=24, scale=10), server_default='0', nullable=False, comment='How far beyond the threshold the value must recover before the alert resolves itself.'),
    sa.Column('threshold_unit', sa.Text(), nullable=False, comment='Unit of threshold and hysteresis: day or %.'),
    sa.Column('window_days', sa.Integer(), nullable=False, comment='Causes older than this many days are history and raise nothing.'),
    sa.Column('owner_role', sa.Text(), nullable=False, comment='Role that is expected to act.'),
    sa.Column('active', sa.Boolean(), server_default=sa.text('true'), nullable=False, comment='Whether the rule raises alerts.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint("kind IN ('RECEIPT_OVERDUE', 'BELOW_REORDER_POINT')", name=op.f('ck_alert_rule_kind_known')),
    sa.CheckConstraint("severity IN ('INFO', 'WARNING', 'CRITICAL')", name=op.f('ck_alert_rule_severity_known')),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_alert_rule_code_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_alert_rule_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_alert_rule_name_zh_length')),
    sa.CheckConstraint('char_length(owner_role) <= 64', name=op.f('ck_alert_rule_owner_role_length')),
    sa.CheckConstraint('char_length(threshold_unit) <= 64', name=op.f('ck_alert_rule_threshold_unit_length')),
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
    op.create_table('user_account',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name to sign in with.'),
    sa.Column('display_name', sa.Text(), nullable=False, comment='Name as people read it.'),
    sa.Column('email', sa.Text(), nullable=True, comment='Address for messages.'),
    sa.Column('audience', sa.Text(), nullable=False, comment='Kind of reader, which fixes the visible schema.'),
    sa.Column('locale', sa.Text(), nullable=False, comment='Language of messages, BCP 47.'),
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
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_account')),
    sa.UniqueConstraint('name', name=op.f('uq_user_account_name'))
    )
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
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("kind IN ('ASSET', 'LIABILITY', 'EQUITY', 'INCOME', 'EXPENSE')", name=op.f('ck_account_kind_known')),
    sa.CheckConstraint("role IN ('STOCK', 'GR_IR', 'PURCHASE_PRICE_VARIANCE', 'STOCK_REVALUATION', 'STOCK_ADJUSTMENT', 'OPENING_BALANCE', 'ROUNDING', 'COST_OF_SALES', 'RECEIVABLE', 'PAYABLE', 'TAX_INPUT', 'TAX_OUTPUT', 'BANK', 'REVENUE', 'EXCHANGE_DIFFERENCE', 'RETAINED_EARNINGS')", name=op.f('ck_account_role_known')),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_account_code_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_account_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_account_name_zh_length')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_account_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_account')),
    sa.UniqueConstraint('company_id', 'code', name=op.f('uq_account_company_id_code'))
    )
    op.create_index(op.f('ix_account_company_id_code_id'), 'account', ['company_id', 'code', 'id'], unique=False)
    op.create_index('uq_account_role', 'account', ['company_id', 'role'], unique=True, postgresql_where=sa.text('role IS NOT NULL'))
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
    op.create_table('api_key',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('user_id', sa.Uuid(), nullable=False, comment='As whom the program acts.'),
    sa.Column('prefix', sa.Text(), nullable=False, comment='Open part of the key, by which it is found.'),
    sa.Column('label', sa.Text(), nullable=False, comment='What the key is for.'),
    sa.Column('digest', sa.LargeBinary(), nullable=False, comment='SHA-256 of the whole key.'),
    sa.Column('scopes', postgresql.ARRAY(sa.Text()), nullable=False, comment='Roles the key may use of those its user holds; empty means all of them.'),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True, comment='When the key ends.'),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True, comment='When it was last used, to the minute.'),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True, comment='When it was revoked.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True, comment='When the master was archived; lists hide it from then on unless asked.'),
    sa.CheckConstraint('char_length(label) <= 400', name=op.f('ck_api_key_label_length')),
    sa.CheckConstraint('char_length(prefix) <= 64', name=op.f('ck_api_key_prefix_length')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_api_key_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_key')),
    sa.UniqueConstraint('prefix', name=op.f('uq_api_key_prefix'))
    )
    op.create_index(op.f('ix_api_key_user_id'), 'api_key', ['user_id'], unique=False)
    op.create_table('approval_limit',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('role', sa.Text(), nullable=False, comment='The role the limit holds for.'),
    sa.Column('currency', sa.Text(), nullable=False, comment='Currency of the limit.'),
    sa.Column('amount', sa.Numeric(precision=20, scale=6), nullable=False, comment='Largest total the role may approve.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('amount >= 0', name=op.f('ck_approval_limit_amount_not_negative')),
    sa.CheckConstraint('char_length(currency) <= 3', name=op.f('ck_approval_limit_currency_length')),
    sa.CheckConstraint('char_length(role) <= 64', name=op.f('ck_approval_limit_role_length')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_approval_limit_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_approval_limit')),
    sa.UniqueConstraint('company_id', 'role', 'currency', name=op.f('uq_approval_limit_company_id_role_currency'))
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
    sa.Column('item_type', sa.Text(), nullable=False, comment='What kind of thing it is.'),
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
    sa.CheckConstraint("item_type IN ('DEVICE', 'COMPONENT', 'RAW_MATERIAL', 'CONSUMABLE', 'SPARE_PART', 'SERVICE', 'SOFTWARE', 'KIT', 'FINISHED_GOOD')", name=op.f('ck_item_item_type_known')),
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
    sa.ForeignKeyConstraint(['weight_unit_id'], ['unit_of_measure.id'], name=op.f('fk_item_weight_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item')),
    sa.UniqueConstraint('code', name=op.f('uq_item_code'))
    )
    op.create_index(op.f('ix_item_category_id'), 'item', ['category_id'], unique=False)
    op.create_index(op.f('ix_item_code_id'), 'item', ['code', 'id'], unique=False)
    op.create_index(op.f('ix_item_manufacturer_id'), 'item', ['manufacturer_id'], unique=False)
    op.create_index(op.f('ix_item_name_id'), 'item', ['name', 'id'], unique=False)
    op.create_index(op.f('ix_item_size_unit_id'), 'item', ['size_unit_id'], unique=False)
    op.create_index(op.f('ix_item_unit_id'), 'item', ['unit_id'], unique=False)
    op.create_index(op.f('ix_item_weight_unit_id'), 'item', ['weight_unit_id'], unique=False)
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
    sa.CheckConstraint("kind IN ('OPENING', 'RECEIPT', 'ISSUE', 'TRANSFER', 'PRODUCTION', 'ADJUSTMENT', 'REVERSAL')", name=op.f('ck_stock_move_kind_known')),
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
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("kind IN ('GENERAL', 'STOCK', 'PURCHASE', 'SALES', 'BANK', 'OPENING')", name=op.f('ck_journal_entry_kind_known')),
    sa.CheckConstraint('char_length(description) <= 400', name=op.f('ck_journal_entry_description_length')),
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
    sa.Column('made_on', sa.Date(), nullable=True, comment='Day of manufacture.'),
    sa.Column('expires_on', sa.Date(), nullable=True, comment='Last day the lot may be used.'),
    sa.Column('status', sa.Text(), server_default='RELEASED', nullable=False, comment='Whether the lot may be used.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("status IN ('QUARANTINE', 'RELEASED', 'ON_HOLD', 'REJECTED', 'RECALLED', 'EXPIRED')", name=op.f('ck_lot_status_known')),
    sa.CheckConstraint('char_length(number) <= 64', name=op.f('ck_lot_number_length')),
    sa.CheckConstraint('char_length(supplier_lot) <= 64', name=op.f('ck_lot_supplier_lot_length')),
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
    sa.Column('site_id', sa.Uuid(), nullable=True, comment='The site the amount belongs to.'),
    sa.Column('item_id', sa.Uuid(), nullable=True, comment='The item the amount belongs to.'),
    sa.Column('party_id', sa.Uuid(), nullable=True, comment='The customer or supplier the amount belongs to.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('amount <> 0 OR transaction_amount <> 0', name=op.f('ck_journal_line_amount_moves')),
    sa.CheckConstraint('char_length(transaction_currency) <= 3', name=op.f('ck_journal_line_transaction_currency_length')),
    sa.CheckConstraint('sign(amount) * sign(transaction_amount) >= 0', name=op.f('ck_journal_line_amounts_agree_in_sign')),
    sa.ForeignKeyConstraint(['company_id', 'account_id'], ['account.company_id', 'account.id'], name=op.f('fk_journal_line_company_id_account_id')),
    sa.ForeignKeyConstraint(['company_id', 'journal_entry_id'], ['journal_entry.company_id', 'journal_entry.id'], name=op.f('fk_journal_line_company_id_journal_entry_id')),
    sa.ForeignKeyConstraint(['company_id', 'site_id'], ['site.company_id', 'site.id'], name=op.f('fk_journal_line_company_id_site_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_journal_line_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_journal_line_item_id')),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('fk_journal_line_party_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_journal_line')),
    sa.UniqueConstraint('company_id', 'journal_entry_id', 'position', name=op.f('uq_journal_line_company_id_journal_entry_id_position'))
    )
    op.create_index('ix_journal_line_account_day', 'journal_line', ['company_id', 'account_id', 'occurred_on'], unique=False, postgresql_include=['amount'])
    op.create_index(op.f('ix_journal_line_company_id_account_id'), 'journal_line', ['company_id', 'account_id'], unique=False)
    op.create_index(op.f('ix_journal_line_company_id_item_id'), 'journal_line', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_journal_line_company_id_journal_entry_id'), 'journal_line', ['company_id', 'journal_entry_id'], unique=False)
    op.create_index(op.f('ix_journal_line_company_id_party_id'), 'journal_line', ['company_id', 'party_id'], unique=False)
    op.create_index(op.f('ix_journal_line_company_id_site_id'), 'journal_line', ['company_id', 'site_id'], unique=False)
    op.create_table('location',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('code', sa.Text(), nullable=False, comment='Short code of the location.'),
    sa.Column('name', sa.Text(), nullable=False, comment='Name of the location.'),
    sa.Column('name_zh', sa.Text(), nullable=True, comment='Name in Chinese.'),
    sa.Column('kind', sa.Text(), nullable=False, comment='What being here means for goods.'),
    sa.Column('site_id', sa.Uuid(), nullable=True, comment='The site it belongs to; none for counter-locations.'),
    sa.Column('parent_id', sa.Uuid(), nullable=True, comment='The location that contains it.'),
    sa.Column('is_active', sa.Boolean(), server_default='true', nullable=False, comment='Whether new movements may name the location.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("kind IN ('STORAGE', 'QUARANTINE', 'TRANSIT', 'PRODUCTION', 'SUPPLIER', 'CUSTOMER', 'LOSS', 'OPENING')", name=op.f('ck_location_kind_known')),
    sa.CheckConstraint('char_length(code) <= 64', name=op.f('ck_location_code_length')),
    sa.CheckConstraint('char_length(name) <= 400', name=op.f('ck_location_name_length')),
    sa.CheckConstraint('char_length(name_zh) <= 400', name=op.f('ck_location_name_zh_length')),
    sa.ForeignKeyConstraint(['company_id', 'parent_id'], ['location.company_id', 'location.id'], name=op.f('fk_location_company_id_parent_id')),
    sa.ForeignKeyConstraint(['company_id', 'site_id'], ['site.company_id', 'site.id'], name=op.f('fk_location_company_id_site_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_location_company_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_location')),
    sa.UniqueConstraint('company_id', 'code', name=op.f('uq_location_company_id_code'))
    )
    op.create_index(op.f('ix_location_company_id_code_id'), 'location', ['company_id', 'code', 'id'], unique=False)
    op.create_index(op.f('ix_location_company_id_name_id'), 'location', ['company_id', 'name', 'id'], unique=False)
    op.create_index(op.f('ix_location_company_id_parent_id'), 'location', ['company_id', 'parent_id'], unique=False)
    op.create_index(op.f('ix_location_company_id_site_id'), 'location', ['company_id', 'site_id'], unique=False)
    op.create_table('value_layer',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('posting_id', sa.Uuid(), nullable=False, comment='The posting that made the change.'),
    sa.Column('layer_id', sa.Uuid(), nullable=False, comment='The row that opened the layer; a row that opens one names itself.'),
    sa.Column('item_id', sa.Uuid(), nullable=False, comment='What is valued.'),
    sa.Column('site_id', sa.Uuid(), nullable=True, comment='Valuation area where it is a site; empty where it is the company.'),
    sa.Column('lot_id', sa.Uuid(), nullable=True, comment='The lot, where lots are valued each.'),
    sa.Column('method', sa.Text(), nullable=False, comment='The method that found the value.'),
    sa.Column('occurred_on', sa.Date(), nullable=False, comment='The day the change counts from.'),
    sa.Column('quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='Change of quantity; 0 for a late cost or revaluation.'),
    sa.Column('value', sa.Numeric(precision=20, scale=6), nullable=False, comment="Change of value, in the minor unit of the company's currency."),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("method IN ('STANDARD', 'AVERAGE', 'FIFO', 'LOT')", name=op.f('ck_value_layer_method_known')),
    sa.ForeignKeyConstraint(['company_id', 'lot_id'], ['lot.company_id', 'lot.id'], name=op.f('fk_value_layer_company_id_lot_id')),
    sa.ForeignKeyConstraint(['company_id', 'site_id'], ['site.company_id', 'site.id'], name=op.f('fk_value_layer_company_id_site_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_value_layer_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_value_layer_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_value_layer'))
    )
    op.create_index(op.f('ix_value_layer_company_id_item_id'), 'value_layer', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_value_layer_company_id_lot_id'), 'value_layer', ['company_id', 'lot_id'], unique=False)
    op.create_index(op.f('ix_value_layer_company_id_site_id'), 'value_layer', ['company_id', 'site_id'], unique=False)
    op.create_index('ix_value_layer_layer', 'value_layer', ['company_id', 'item_id', 'layer_id'], unique=False)
    op.create_index('ix_value_layer_posting', 'value_layer', ['company_id', 'posting_id'], unique=False)
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
    sa.Column('approved_on', sa.Date(), nullable=True, comment='Day of approval or rejection.'),
    sa.Column('reason', sa.Text(), nullable=True, comment='Why the order was rejected.'),
    sa.Column('is_historical', sa.Boolean(), server_default='false', nullable=False, comment="Whether another system made the order; it posts nothing and its quantities are that system's."),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("is_historical OR status <> 'APPROVED' OR approved_by IS NOT NULL", name=op.f('ck_purchase_order_approved_by_someone')),
    sa.CheckConstraint("status IN ('PENDING', 'APPROVED', 'REJECTED', 'COMPLETE')", name=op.f('ck_purchase_order_status_known')),
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
    sa.Column('standard_unit_cost', sa.Numeric(precision=24, scale=10), nullable=False, comment='Standard cost of one unit.'),
    sa.Column('standard_value', sa.Numeric(precision=20, scale=6), sa.Computed('quantity * standard_unit_cost', persisted=True), nullable=False, comment="Quantity at standard cost, exact; the ledger's value is rounded once a posting."),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("status IN ('QUARANTINE', 'RELEASED', 'ON_HOLD', 'REJECTED', 'RECALLED', 'EXPIRED')", name=op.f('ck_stock_balance_status_known')),
    sa.CheckConstraint('char_length(storage_bin) <= 400', name=op.f('ck_stock_balance_storage_bin_length')),
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
    sa.Column('site_id', sa.Uuid(), nullable=True, comment='The site concerned, if one is.'),
    sa.Column('message', sa.Text(), nullable=False, comment='What was found, in English.'),
    sa.Column('message_zh', sa.Text(), nullable=False, comment='What was found, in Chinese.'),
    sa.Column('measured', sa.Numeric(precision=20, scale=6), nullable=True, comment='The value that met the condition.'),
    sa.Column('measured_limit', sa.Numeric(precision=20, scale=6), nullable=True, comment='The limit that the value crossed.'),
    sa.Column('measured_unit', sa.Text(), nullable=True, comment='Unit of the value and its limit.'),
    sa.Column('due_on', sa.Date(), nullable=True, comment='The day that was missed, where the cause is a missed day.'),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False, comment='When the cause was first seen.'),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True, comment='When somebody took it.'),
    sa.Column('acknowledged_by', sa.Text(), nullable=True, comment='Account that took it.'),
    sa.Column('note', sa.Text(), nullable=True, comment='What the person who took or resolved it wrote.'),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True, comment='When the cause was gone or dealt with.'),
    sa.Column('resolved_by', sa.Text(), nullable=True, comment='Account or process that resolved it.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint("(status = 'RESOLVED') = (resolved_at IS NOT NULL)", name=op.f('ck_alert_resolved_has_instant')),
    sa.CheckConstraint("kind IN ('RECEIPT_OVERDUE', 'BELOW_REORDER_POINT')", name=op.f('ck_alert_kind_known')),
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
    sa.CheckConstraint('char_length(resolved_by) <= 400', name=op.f('ck_alert_resolved_by_length')),
    sa.CheckConstraint('char_length(subject_type) <= 64', name=op.f('ck_alert_subject_type_length')),
    sa.ForeignKeyConstraint(['company_id', 'purchase_order_id'], ['purchase_order.company_id', 'purchase_order.id'], name=op.f('fk_alert_company_id_purchase_order_id')),
    sa.ForeignKeyConstraint(['company_id', 'site_id'], ['site.company_id', 'site.id'], name=op.f('fk_alert_company_id_site_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_alert_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_alert_item_id')),
    sa.ForeignKeyConstraint(['rule_id'], ['alert_rule.id'], name=op.f('fk_alert_rule_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_alert')),
    sa.UniqueConstraint('company_id', 'number', name=op.f('uq_alert_company_id_number'))
    )
    op.create_index(op.f('ix_alert_company_id_item_id'), 'alert', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_alert_company_id_purchase_order_id'), 'alert', ['company_id', 'purchase_order_id'], unique=False)
    op.create_index(op.f('ix_alert_company_id_raised_at_id'), 'alert', ['company_id', 'raised_at', 'id'], unique=False)
    op.create_index(op.f('ix_alert_company_id_rule_id'), 'alert', ['company_id', 'rule_id'], unique=False)
    op.create_index(op.f('ix_alert_company_id_site_id'), 'alert', ['company_id', 'site_id'], unique=False)
    op.create_index(op.f('ix_alert_company_id_status_id'), 'alert', ['company_id', 'status', 'id'], unique=False)
    op.create_index('uq_alert_open_fingerprint', 'alert', ['company_id', 'fingerprint'], unique=True, postgresql_where=sa.text("status <> 'RESOLVED'"))
    op.create_table('goods_receipt',
    sa.Column('company_id', sa.SmallInteger(), autoincrement=False, nullable=False, comment='Number of the legal entity the row belongs to.'),
    sa.Column('id', sa.Uuid(), nullable=False, comment='Key of the row.'),
    sa.Column('number', sa.Text(), nullable=False, comment='Number of the receipt.'),
    sa.Column('purchase_order_id', sa.Uuid(), nullable=False, comment='The order received against.'),
    sa.Column('received_on', sa.Date(), nullable=False, comment='Day the goods arrived.'),
    sa.Column('delivery_note', sa.Text(), nullable=True, comment="The supplier's delivery note."),
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
    sa.Column('unit_price', sa.Numeric(precision=24, scale=10), nullable=False, comment='Net price of one unit.'),
    sa.Column('line_total', sa.Numeric(precision=20, scale=6), nullable=False, comment='Quantity at the unit price.'),
    sa.Column('over_receipt_percent', sa.Numeric(precision=24, scale=10), server_default='0', nullable=False, comment='How much more than ordered may be received, in percent of the order.'),
    sa.Column('due_on', sa.Date(), nullable=True, comment='Day the goods are due.'),
    sa.Column('is_historical', sa.Boolean(), server_default='false', nullable=False, comment='Whether another system made the line.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('is_historical OR (received_quantity >= 0 AND rejected_quantity >= 0 AND stocked_quantity >= 0)', name=op.f('ck_purchase_order_line_quantities_not_negative')),
    sa.CheckConstraint('is_historical OR ordered_quantity > 0', name=op.f('ck_purchase_order_line_ordered_quantity_positive')),
    sa.CheckConstraint('is_historical OR received_quantity * 100 <= ordered_quantity * (100 + over_receipt_percent)', name=op.f('ck_purchase_order_line_received_within_tolerance')),
    sa.CheckConstraint('is_historical OR received_quantity = rejected_quantity + stocked_quantity', name=op.f('ck_purchase_order_line_received_is_rejected_and_stocked')),
    sa.CheckConstraint('is_historical OR unit_price >= 0', name=op.f('ck_purchase_order_line_unit_price_not_negative')),
    sa.CheckConstraint('over_receipt_percent >= 0', name=op.f('ck_purchase_order_line_over_receipt_percent_not_negative')),
    sa.ForeignKeyConstraint(['company_id', 'purchase_order_id'], ['purchase_order.company_id', 'purchase_order.id'], name=op.f('fk_purchase_order_line_company_id_purchase_order_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.company_id'], name=op.f('fk_purchase_order_line_company_id')),
    sa.ForeignKeyConstraint(['item_id'], ['item.id'], name=op.f('fk_purchase_order_line_item_id')),
    sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_purchase_order_line')),
    sa.UniqueConstraint('company_id', 'purchase_order_id', 'position', name=op.f('uq_purchase_order_line_company_id_purchase_order_id_position'))
    )
    op.create_index(op.f('ix_purchase_order_line_company_id_item_id'), 'purchase_order_line', ['company_id', 'item_id'], unique=False)
    op.create_index(op.f('ix_purchase_order_line_company_id_purchase_order_id'), 'purchase_order_line', ['company_id', 'purchase_order_id'], unique=False)
    op.create_index('ix_purchase_order_line_due', 'purchase_order_line', ['company_id', 'due_on'], unique=False)
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
    sa.Column('location_id', sa.Uuid(), nullable=False, comment='Where it was put.'),
    sa.Column('lot_id', sa.Uuid(), nullable=True, comment='Our lot.'),
    sa.Column('received_quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='Arrived.'),
    sa.Column('rejected_quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='Refused at inspection.'),
    sa.Column('stocked_quantity', sa.Numeric(precision=20, scale=6), nullable=False, comment='Taken to stock.'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False, comment='Counts the changes of the row; send it back as expectedVersion.'),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='When the row was first recorded.'),
    sa.CheckConstraint('received_quantity = rejected_quantity + stocked_quantity', name=op.f('ck_goods_receipt_line_received_is_rejected_and_stocked')),
    sa.CheckConstraint('received_quantity > 0', name=op.f('ck_goods_receipt_line_received_quantity_positive')),
    sa.CheckConstraint('rejected_quantity >= 0 AND stocked_quantity >= 0', name=op.f('ck_goods_receipt_line_quantities_not_negative')),
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
