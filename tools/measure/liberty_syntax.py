# SPDX-License-Identifier: Apache-2.0
"""The syntax of Liberty files: groups and boolean functions."""
import re


class LibertyError(Exception):
    """One line: what is wrong with a file."""


_BRACE = re.compile(r"[{}]")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}();:,]|[^\s{}();:,"]+')


def end_of_group(text, start):
    """Index after the brace that closes the one at text[start]."""
    depth = 0
    for match in _BRACE.finditer(text, start):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return match.end()
    raise LibertyError("a brace is not closed")


class Group:
    """name (args) { key : value; key (list); subgroups }"""

    def __init__(self, name, args):
        self.name, self.args = name, args
        self.values, self.lists, self.groups = {}, {}, []

    def all(self, name):
        return [group for group in self.groups if group.name == name]

    def get(self, key, default=None):
        return self.values.get(key, default)

    def numbers(self, key):
        words = re.split(r"[,\s]+", " ".join(self.lists[key]))
        return [float(word) for word in words if word]


def parse_group(text):
    text = text.replace("\\\n", " ").replace("\\\r\n", " ")
    # Some libraries leave out the ';' of a simple attribute at the end of a line.
    text = re.sub(r'(?m)^(\s*\w+\s*:\s*(?:"[^"\n]*"|[^\s;{}"]+))[ \t\r]*$', r"\1;", text)
    tokens = _TOKEN.findall(text)

    def unquoted(token):
        return token[1:-1] if token.startswith('"') else token

    def arguments(i):
        args = []
        while tokens[i] != ")":
            if tokens[i] != ",":
                args.append(unquoted(tokens[i]))
            i += 1
        return args, i + 1

    def body(group, i):
        while tokens[i] != "}":
            token = tokens[i]
            if tokens[i + 1] == ":" and token not in ";,":
                end = i + 2
                while tokens[end] not in ";}":
                    end += 1
                group.values[unquoted(token)] = " ".join(map(unquoted, tokens[i + 2:end]))
                i = end + (tokens[end] == ";")
            elif tokens[i + 1] == "(" and token not in ";,":
                args, i = arguments(i + 2)
                if i < len(tokens) and tokens[i] == "{":
                    child = Group(token, args)
                    i = body(child, i + 1)
                    group.groups.append(child)
                else:
                    group.lists[token] = args
            else:
                i += 1
        return i + 1

    args, i = arguments(2)
    group = Group(tokens[0], args)
    try:
        body(group, i + 1)
    except IndexError:
        raise LibertyError("%s (%s) ends too early" % (group.name, ", ".join(args))) from None
    return group


class Expression:
    """A Liberty boolean function, called with a dict of pin values (0 or 1)."""

    def __init__(self, text):
        self._tokens = re.findall(r"[A-Za-z_][\w\[\]]*|[01]|['!&*|+^()]", text)
        self._next = 0
        self.names = sorted({t for t in self._tokens if re.match(r"[A-Za-z_]", t)})
        self._function = eval("lambda v: " + self._or())  # built of brackets, operators and names

    def __call__(self, values):
        return self._function(values)

    def _peek(self):
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _chain(self, operators, operator, operand):
        text = operand()
        while self._peek() is not None and self._peek() in operators:
            self._next += 1
            text = "(%s%s%s)" % (text, operator, operand())
        return text

    def _or(self):
        return self._chain("|+", "|", self._xor)

    def _xor(self):
        return self._chain("^", "^", self._and)

    def _and(self):
        text = self._factor()
        while self._peek() is not None and self._peek() not in ")|+^":
            if self._peek() in "&*":
                self._next += 1
            text = "(%s&%s)" % (text, self._factor())
        return text

    def _factor(self):
        token = self._peek()
        if token is None:
            raise LibertyError("a function ends too early")
        self._next += 1
        if token == "!":
            text = "(1^%s)" % self._factor()
        elif token == "(":
            text = self._or()
            self._next += 1
        elif token in "01":
            text = token
        else:
            text = "v['%s']" % token
        while self._peek() == "'":
            self._next += 1
            text = "(1^%s)" % text
        return text
