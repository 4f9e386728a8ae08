"""The database's schema, step by step; each step is applied once and recorded."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

migrations = Migrations("antrean")


@migrations()
def m001_ledger(db: Database) -> None:
    """The append-only log, the outcomes of named commands, the secrets of accounts."""
    db.executescript(
        """
        CREATE TABLE event (
            seq INTEGER PRIMARY KEY,
            day TEXT NOT NULL,
            at TEXT NOT NULL,
            kind TEXT NOT NULL,
            version INTEGER NOT NULL,
            actor TEXT NOT NULL,
            command_id TEXT NOT NULL,
            data TEXT NOT NULL
        );
        CREATE INDEX event_day ON event (day);
        CREATE INDEX event_kind ON event (kind);
        -- One number, one citizen, whatever the program believes.
        CREATE UNIQUE INDEX event_number ON event (
            day, json_extract(data, '$.series'), json_extract(data, '$.ordinal')
        ) WHERE kind = 'TicketIssued';
        CREATE TRIGGER event_keeps BEFORE UPDATE ON event
        BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
        CREATE TRIGGER event_stays BEFORE DELETE ON event
        BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

        CREATE TABLE command (
            id TEXT PRIMARY KEY,
            fingerprint TEXT NOT NULL,
            result TEXT NOT NULL
        ) WITHOUT ROWID;

        CREATE TABLE secret (
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            hash TEXT NOT NULL,
            PRIMARY KEY (kind, name)
        );
        CREATE UNIQUE INDEX secret_token ON secret (hash) WHERE kind = 'token';

        CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
        """
    )


@migrations()
def m002_reports(db: Database) -> None:
    """Relational tables for reports, made from the events and replaceable by a rebuild."""
    db.executescript(
        """
        CREATE TABLE ticket (
            id TEXT PRIMARY KEY, day TEXT NOT NULL, number TEXT NOT NULL, series TEXT NOT NULL,
            ordinal INTEGER NOT NULL, class TEXT NOT NULL, lang TEXT NOT NULL, channel TEXT NOT NULL,
            kiosk TEXT, zone TEXT NOT NULL, issued_at TEXT NOT NULL, state TEXT NOT NULL
        );
        CREATE UNIQUE INDEX ticket_number ON ticket (day, series, ordinal);
        CREATE TABLE stage (
            ticket TEXT NOT NULL, position INTEGER NOT NULL, service TEXT NOT NULL,
            agency TEXT NOT NULL, state TEXT NOT NULL, joined_at TEXT NOT NULL, rank TEXT NOT NULL,
            counter TEXT, officer TEXT, called_at TEXT, recalls INTEGER NOT NULL,
            started_at TEXT, ended_at TEXT,
            PRIMARY KEY (ticket, position)
        );
        CREATE TABLE call (
            seq INTEGER PRIMARY KEY, day TEXT NOT NULL, at TEXT NOT NULL, ticket TEXT NOT NULL,
            counter TEXT NOT NULL, officer TEXT NOT NULL, repeat INTEGER NOT NULL,
            rule TEXT NOT NULL, passed INTEGER NOT NULL, reason TEXT NOT NULL
        );
        CREATE INDEX call_day ON call (day);
        CREATE TABLE desk (
            seq INTEGER PRIMARY KEY, day TEXT NOT NULL, at TEXT NOT NULL, counter TEXT NOT NULL,
            officer TEXT NOT NULL, change TEXT NOT NULL, reason TEXT NOT NULL
        );
        CREATE TABLE print_job (
            id TEXT PRIMARY KEY, ticket TEXT NOT NULL, printer TEXT NOT NULL, kiosk TEXT,
            state TEXT NOT NULL, detail TEXT NOT NULL
        );
        """
    )


@migrations()
def m003_journeys(db: Database) -> None:
    """Stages that are sent on, forecasts that are scored; the rows are made anew from the log."""
    db.executescript(
        """
        ALTER TABLE ticket ADD COLUMN ahead INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE ticket ADD COLUMN median_minutes INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE ticket ADD COLUMN p80_minutes INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE ticket ADD COLUMN restores INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE ticket ADD COLUMN postpones INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE stage ADD COLUMN aim TEXT;
        ALTER TABLE stage ADD COLUMN sender TEXT;
        ALTER TABLE stage ADD COLUMN outcome TEXT NOT NULL DEFAULT '';
        ALTER TABLE call ADD COLUMN waited_s INTEGER NOT NULL DEFAULT 0;
        """
    )
