/* Fills a database that `atelier` has made with copies of its one run, straight and fast, for `make bench`:
 *   rows DATABASE COUNT
 * Each copy has its own id, labels, words and media; stages and entities are the first run's. Events, which no list reads, are left out.
 */
#include <openssl/sha.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sqlite3 *db;

static void need(int ok, const char *what) {
    if (ok) return;
    fprintf(stderr, "%s: %s\n", what, sqlite3_errmsg(db));
    exit(1);
}

static void run(const char *sql) { need(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, sql); }

static sqlite3_stmt *prepare(const char *sql) {
    sqlite3_stmt *statement;
    need(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK, sql);
    return statement;
}

static void text(sqlite3_stmt *s, int column, const char *value) { sqlite3_bind_text(s, column, value, -1, SQLITE_TRANSIENT); }

static void step(sqlite3_stmt *s) {
    need(sqlite3_step(s) == SQLITE_DONE, "step");
    sqlite3_reset(s);
}

static uint64_t state = 7;

static uint64_t chance(void) {
    uint64_t mixed = state += 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return mixed ^ (mixed >> 31);
}

/* As FilterToken of AtelierStoreSQLite makes it. */
static size_t token(char *out, const char *label, const char *value) {
    unsigned char bytes[300], hash[32];
    size_t count = (size_t)snprintf((char *)bytes, sizeof bytes, "%s", label) + 1;
    count += (size_t)snprintf((char *)bytes + count, sizeof bytes - count, "%s", value);
    SHA256(bytes, count, hash);
    *out = 'x';
    for (int i = 0; i < 8; i++) snprintf(out + 1 + 2 * i, 3, "%02x", hash[i]);
    out[17] = ' ';
    return 18;
}

static void words(char *out) {
    static const char *const syllables[] = {"ba", "de", "fi", "go", "hu", "ja", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "wu", "ze"};
    for (int i = 0; i < 20; i++) {
        /* Some words are in every second run, most in few. */
        uint64_t pick = chance() % 4096 * (chance() % 4096) / 4096;
        for (int part = 0; part < 3; part++, pick >>= 4) out += sprintf(out, "%s", syllables[pick & 15]);
        *out++ = ' ';
    }
    *out = 0;
}

/* Indexes and triggers are put back at the end: building them once is faster than keeping them up. */
static char *later[64];
static int laters;

static void set_aside(const char *kind) {
    char sql[512], *names[64];
    int count = 0;
    snprintf(sql, sizeof sql, "SELECT name, sql FROM sqlite_master WHERE type = '%s' AND sql IS NOT NULL", kind);
    sqlite3_stmt *s = prepare(sql);
    while (sqlite3_step(s) == SQLITE_ROW) {
        names[count++] = strdup((const char *)sqlite3_column_text(s, 0));
        later[laters++] = strdup((const char *)sqlite3_column_text(s, 1));
    }
    sqlite3_finalize(s);
    while (count-- > 0) {
        snprintf(sql, sizeof sql, "DROP %s %s", kind, names[count]);
        run(sql);
    }
}

int main(int count, char **arguments) {
    if (count < 3) return 2;
    long runs = atol(arguments[2]);
    need(sqlite3_open(arguments[1], &db) == SQLITE_OK, "open");
    run("PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; BEGIN");
    /* Large pieces, merged never: the index is written once. */
    run("INSERT INTO search (search, rank) VALUES ('hashsize', 134217728)");
    run("INSERT INTO search (search, rank) VALUES ('automerge', 0)");
    set_aside("index");
    set_aside("trigger");
    sqlite3_stmt *row = prepare(
        "INSERT INTO runs (number, run_id, owner, user_id, session_id, device_id, config, plan, state, outcome, attempt, accepted, updated, "
        "head, next_sequence, next_event) SELECT ?1, ?2, owner, ?3, ?4, NULL, ?5, plan, ?6, ?6, attempt, ?7, ?7, head, next_sequence, "
        "next_event FROM runs WHERE number = 1");
    sqlite3_stmt *stages = prepare("INSERT INTO stages SELECT ?1, stage, output, state, attempt FROM stages WHERE run = 1");
    sqlite3_stmt *entities = prepare(
        "INSERT INTO entities SELECT ?1, sequence, stage, output, iteration, type, mime_type, extension, bytes, sha256, salt, timestamp, "
        "metadata, link FROM entities WHERE run = 1");
    sqlite3_stmt *media = prepare("INSERT INTO media (medium, run_id) VALUES (?1, ?2)");
    sqlite3_stmt *search = prepare("INSERT INTO search (rowid, text, filters) VALUES (?1, ?2, ?3)");
    const char *const states[] = {"succeeded", "succeeded", "succeeded", "succeeded", "partial", "failed", "blocked", "cancelled"};
    uint64_t start = 1700000000000u;
    for (long number = 2; number <= runs; number++) {
        char id[40], user[16], session[16], text_of_run[256], filters[80];
        uint64_t time = start + (uint64_t)number * 60000, low = chance();
        snprintf(id, sizeof id, "%08x-%04x-7%03x-%04x-%012llx", (unsigned)(time >> 16), (unsigned)(time & 0xFFFF), 0,
                 (unsigned)(low >> 48 & 0x3FFF) | 0x8000, (unsigned long long)(low & 0xFFFFFFFFFFFFu));
        snprintf(user, sizeof user, "u%ld", number % 500);
        snprintf(session, sizeof session, "s%ld", number % 5000);
        const char *config = number % 3 ? "dada" : "user_defined", *result = states[chance() % 8];
        sqlite3_bind_int64(row, 1, number);
        text(row, 2, id);
        text(row, 3, user);
        text(row, 4, session);
        text(row, 5, config);
        text(row, 6, result);
        sqlite3_bind_int64(row, 7, (sqlite3_int64)time);
        step(row);
        sqlite3_bind_int64(stages, 1, number);
        step(stages);
        sqlite3_bind_int64(entities, 1, number);
        step(entities);
        if (number % 2) {
            text(media, 1, number % 20 == 1 ? "music" : "image");
            text(media, 2, id);
            step(media);
        }
        words(text_of_run);
        size_t length = token(filters, "owner", "local");
        length += token(filters + length, "config", config);
        length += token(filters + length, "user", user);
        length += token(filters + length, "session", session);
        filters[length] = 0;
        sqlite3_bind_int64(search, 1, number);
        text(search, 2, text_of_run);
        text(search, 3, filters);
        step(search);
    }
    run("COMMIT");
    for (int i = 0; i < laters; i++) run(later[i]);
    run("INSERT INTO search (search, rank) VALUES ('hashsize', 1048576)");
    run("INSERT INTO search (search, rank) VALUES ('automerge', 4)");
    run("UPDATE tallies SET runs = (SELECT count(*) FROM runs WHERE runs.state = tallies.state)");
    sqlite3_stmt *statements[] = {row, stages, entities, media, search};
    for (int i = 0; i < 5; i++) sqlite3_finalize(statements[i]);
    need(sqlite3_close(db) == SQLITE_OK, "close");
}
