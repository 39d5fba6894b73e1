"""The words by which people know records, fields, commands and transitions: what a refusal names, it names in the
reader's language.

They are read from the declarations, so that a message calls a thing as the data dictionary does. A value without a
label, such as the path of an input, is shown as it is.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, cast, get_args, get_type_hints

from domain.core.commands import ArgumentSpec, CommandSpec
from domain.core.errors import Label, Refusal
from domain.core.records import Record, label_of, spaced

# "Purchase order PO-7 is REJECTED and cannot be approved": the transitions by the name that a flow gives them.
TRANSITIONS: Mapping[str, str] = {
    "be abandoned": "放弃",
    "be acknowledged": "确认",
    "become the matter of another role": "升级",
    "be allocated": "分配",
    "be approved": "批准",
    "be cancelled": "取消",
    "be changed": "修改",
    "be completed": "完成",
    "be confirmed": "确认",
    "be deactivated": "停用",
    "be delivered": "签收",
    "be dismissed": "排除",
    "be invoiced": "开票",
    "be matched to nothing": "撤销核对",
    "be packed": "装箱",
    "be paused": "暂停",
    "be picked": "拣货",
    "be posted": "过账",
    "be received": "收货",
    "be rejected": "拒绝",
    "be released": "解除冻结",
    "be removed": "移除",
    "be reopened": "重新打开",
    "be resolved": "解除",
    "be resumed": "恢复",
    "be revoked": "收回",
    "be rotated": "轮换",
    "be shipped": "发货",
    "be taken back": "撤回",
    "be undone": "撤销",
    "be unlinked": "解除关联",
    "be used": "使用",
    "be withdrawn": "撤回",
    "go on": "继续",
    "have goods come back": "退货",
    "have readings": "登记读数",
    "take effect": "生效",
}

# What a refusal names that is neither a record nor one of its columns, nor an argument of a command.
WORDS: Mapping[str, str] = {
    "GR/IR": "暂估应付",
    "Linked identity": "关联身份",
    "added cost": "附加费用",
    "age": "账龄",
    "chart": "科目表",
    "closing voucher": "结转凭证",
    "compareTo": "比较日期",
    "date": "日期",
    "day": "日期",
    "daysFirst": "首段天数",
    "digital number": "数电票号码",
    "first day": "开始日期",
    "fiscal year": "会计年度",
    "from turnover": "起始营业额",
    "invoice amount": "发票金额",
    "item type": "物料类型",
    "last day": "截止日期",
    "leap week": "闰周",
    "linked identity": "关联身份",
    "messages of one replay": "一次重发的消息",
    "order lines": "订单行",
    "package": "包装",
    "remaining days": "剩余天数",
    "representations": "实体表示",
    "serial number": "序列号",
    "statement": "对账单",
    "stock": "库存",
    "to": "截止日期",
    "viewerCan": "权限查询",
}


def link_labels(records: Iterable[type[Record]], commands: Iterable[type[Any]]) -> Mapping[str, Label]:
    """Every word by the ways in which code writes it; refusals use them from now on. The first meaning of a word
    holds.
    """
    labels: dict[str, Label] = {}
    commands = list(commands)
    for word, label in _labels(list(records), commands):
        labels.setdefault(word, label)
    Refusal.labels = labels
    Refusal.arguments = {cast(CommandSpec, one.spec).name: dict(reversed(list(_arguments(one)))) for one in commands}
    return labels


def _labels(records: list[type[Record]], commands: list[type[Any]]) -> Iterator[tuple[str, Label]]:
    for record in records:
        label = Label(record.spec.en.lower(), record.spec.zh)
        for word in (record.__name__, record.table.name, record.spec.en, record.spec.en.lower()):
            yield word, label
    for command in commands:
        spec = cast(CommandSpec, command.spec)
        yield spec.name, Label(spaced(spec.name).lower(), spec.zh)
    for command in commands:
        yield from _arguments(command)
    for record in records:
        for column in record.table.columns:
            name = column.name.removesuffix("_id")
            label = Label(label_of(column).lower(), label_of(column, "zh"))
            for word in (name, camel(name), column.name):
                yield word, label
    for name, zh in (*TRANSITIONS.items(), *WORDS.items()):
        yield name, Label(name, zh)


def _arguments(cls: type[Any]) -> Iterator[tuple[str, Label]]:
    """The arguments of a command, and of its parts."""
    hints = get_type_hints(cls)
    for one in fields(cls):
        spec: ArgumentSpec = one.metadata["spec"]
        name = one.name.removesuffix("_id")
        for word in (name, camel(name)):
            yield word, Label(spaced(name).lower(), spec.zh)
        for part in get_args(hints[one.name]):
            if is_dataclass(part) and all("spec" in inner.metadata for inner in fields(part)):
                yield from _arguments(cast(type[Any], part))


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
