# SPDX-License-Identifier: Apache-2.0
"""A table that grows row by row, always whole on disk."""
import csv
import os


class ResultError(Exception):
    """One line: a table that cannot be added to."""


def _text(value):
    return "%.6g" % value if isinstance(value, float) else str(value)


class ResultTable:
    """Rows of one library, in the order of `keys`, behind those of others. A new file starts with
    what the shipped table says of other libraries."""

    def __init__(self, path, shipped_path, library, source, keys):
        """`keys`: for each row to come its identifying columns as a dict."""
        self._path, self._library = path, library
        with open(shipped_path, newline="") as file:
            self._columns = next(csv.reader(file))
        self._order = [self._key(columns) for columns in keys]
        self._names = list(keys[0]) if keys else []
        self._others, self._rows = [], {}
        is_new = not os.path.exists(path)
        with open(shipped_path if is_new else path, newline="") as file:
            reader = csv.DictReader(file)
            if reader.fieldnames != self._columns:
                raise ResultError("%s: not the columns of %s" % (path, shipped_path))
            for row in reader:
                if row["library"] != library:
                    self._others.append(row)
                elif not is_new:
                    self._take(row, source)
        self._write()

    def _take(self, row, source):
        if row["source"] != source:
            raise ResultError("%s: rows of %s were measured otherwise (%s, expected %s); take "
                              "another --out or --library" %
                              (self._path, self._library, row["source"], source))
        self._rows[self._key({name: row[name] for name in self._names})] = row

    @staticmethod
    def _key(columns):
        return tuple(_text(value) for value in columns.values())

    def has(self, columns):
        return self._key(columns) in self._rows

    def add(self, columns, row):
        """`row` may hold more than the table's columns."""
        self._rows[self._key(columns)] = {name: _text(row[name]) for name in self._columns}
        self._write()

    def _write(self):
        rank = {key: index for index, key in enumerate(self._order)}
        ordered = sorted(self._rows, key=lambda key: rank.get(key, len(rank)))
        with open(self._path + ".part", "w", newline="") as file:
            writer = csv.DictWriter(file, self._columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(self._others + [self._rows[key] for key in ordered])
        os.replace(self._path + ".part", self._path)
