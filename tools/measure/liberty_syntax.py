# SPDX-License-Identifier: Apache-2.0
"""The syntax of Liberty files: groups and boolean functions."""
import math
import re


class LibertyError(Exception):
    """One line for a person, whatever the file holds: what is wrong with it."""

    def __init__(self, problem):
        line = "".join(c if c.isprintable() else "?" for c in str(problem))
        super().__init__(line if len(line) <= _LONGEST else line[:_LONGEST] + "...")


_LONGEST = 300


def number(text):
    """A finite number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise LibertyError("%s: expected a number" % text[:40])
    return value


def amount(text):
    """A number that is not negative."""
    value = number(text)
    if value < 0:
        raise LibertyError("%s: expected 0 or more" % text[:40])
    return value


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
        if key not in self.lists:
            raise LibertyError("%s (%s) has no %s" % (self.name, ", ".join(self.args), key))
        words = re.split(r"[,\s]+", " ".join(self.lists[key]))
        return [number(word) for word in words if word]


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

    group = Group(tokens[0] if tokens else "", [])
    try:
        group.args, i = arguments(2)
        body(group, i + 1)
    except IndexError:
        raise LibertyError("%s (%s) ends too early" % (group.name, ", ".join(group.args))) from None
    except RecursionError:
        raise LibertyError("%s: groups nested too deeply" % group.name) from None
    return group


class Expression:
    """A Liberty boolean function, called with a dict of pin values (0 or 1)."""

    def __init__(self, text):
        self._tokens = re.findall(r"[A-Za-z_][\w\[\]]*|[01]|['!&*|+^()]", text)
        self._next = 0
        self.names = sorted({t for t in self._tokens if re.match(r"[A-Za-z_]", t)})
        try:
            built = self._or()  # of brackets, operators and names
            if self._next < len(self._tokens):
                raise LibertyError("%s: not a function" % text)
            self._function = eval("lambda v: " + built)
        except (SyntaxError, MemoryError, RecursionError):
            raise LibertyError("%s: a function that is too long" % text) from None

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
            if self._peek() != ")":
                raise LibertyError("a bracket of a function is not closed")
            self._next += 1
        elif token in "01":
            text = token
        elif re.match(r"[A-Za-z_]", token):
            text = "v['%s']" % token
        else:
            raise LibertyError("%s: expected a name in a function" % token)
        while self._peek() == "'":
            self._next += 1
            text = "(1^%s)" % text
        return text
