/* plugin-case PLUGIN.so CASE: runs one case folder through a plugin and compares what came out, line by line as JSON.
 *
 * AORTA_UPDATE_CASES=1 writes what came out as the expectation instead. README.md tells what is in a case.
 */
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "host/call.h"
#include "host/lines.h"

#define PAIRS_MOST  32
#define RECEIVED_US INT64_C(1795262400000000) /* 2026-11-21T12:00:00Z; nothing may depend on it */

struct test_case {
    const char *folder;
    struct gw_buf payload, kind, route, offset, expected, expected_error;
    bool has_kind, has_route, has_offset, has_expected, has_error;
    aorta_pair headers[PAIRS_MOST], query[PAIRS_MOST];
    uint32_t headers_count, query_count;
};

struct outcome {
    struct gw_buf lines;
    enum gw_code code;
    struct gw_err err;
};

static void die(const struct test_case *c, const char *why)
{
    fprintf(stderr, "%s: %s\n", c->folder, why);
    exit(1);
}

/* ---- the folder ---- */

static bool read_file(const char *folder, const char *name, struct gw_buf *out)
{
    char path[4096];
    FILE *file;
    size_t n;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "rbe");
    if (!file)
        return false;
    while (gw_buf_reserve(out, 65536) && (n = fread(out->data + out->len, 1, 65536, file)) > 0)
        out->len += n;
    fclose(file);
    return !out->failed;
}

static bool write_file(const char *folder, const char *name, const void *data, size_t len)
{
    char path[4096];
    FILE *file;
    bool ok;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "wbe");
    if (!file)
        return false;
    ok = fwrite(data, 1, len, file) == len;
    return fclose(file) == 0 && ok;
}

static bool read_payload(struct test_case *c)
{
    DIR *dir = opendir(c->folder);
    struct dirent *entry;
    unsigned found = 0;

    while (dir && (entry = readdir(dir)) != NULL)
        if (strncmp(entry->d_name, "payload.", 8) == 0 && read_file(c->folder, entry->d_name, &c->payload))
            found++;
    if (dir)
        closedir(dir);
    return found == 1;
}

static struct gw_str trimmed(const struct gw_buf *b)
{
    struct gw_str s = {b->data, b->len};

    while (s.len && (unsigned char)s.ptr[s.len - 1] <= ' ')
        s.len--;
    return s;
}

static void add_pair(struct test_case *c, aorta_pair *pairs, uint32_t *count, char *text, char separator)
{
    char *at = strchr(text, separator), *value;

    if (!at || *count == PAIRS_MOST)
        die(c, "a line of `route` is neither `header name: value` nor `query name=value`");
    for (value = at + 1; *value == ' ';)
        value++;
    pairs[(*count)++] = (aorta_pair){{text, (size_t)(at - text)}, {value, strlen(value)}};
}

/* `header name: value` and `query name=value`, one a line; an empty file is fine. */
static void read_route(struct test_case *c)
{
    char *save = NULL;

    if (!gw_buf_cstr(&c->route))
        die(c, "no memory");
    for (char *line = strtok_r(c->route.data, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        if (strncmp(line, "header ", 7) == 0)
            add_pair(c, c->headers, &c->headers_count, line + 7, ':');
        else if (strncmp(line, "query ", 6) == 0)
            add_pair(c, c->query, &c->query_count, line + 6, '=');
        else
            die(c, "a line of `route` begins with neither `header` nor `query`");
    }
}

static void read_case(struct test_case *c)
{
    if (!read_payload(c))
        die(c, "needs exactly one payload.* file");
    c->has_kind = read_file(c->folder, "kind", &c->kind);
    c->has_route = read_file(c->folder, "route", &c->route);
    c->has_offset = read_file(c->folder, "offset", &c->offset);
    c->has_expected = read_file(c->folder, "expected.jsonl", &c->expected);
    c->has_error = read_file(c->folder, "expected_error", &c->expected_error);
    if (c->has_kind == c->has_route)
        die(c, "needs either a file `kind` or a file `route`");
    if (c->has_route)
        read_route(c);
}

/* ---- running ---- */

static void normalize(struct test_case *c, const struct gw_call *call, struct outcome *o)
{
    struct gw_str kind = trimmed(&c->kind);
    int64_t offset = 0;
    aorta_payload p = {.struct_size = sizeof(p),
                       .kind = {kind.ptr, kind.len},
                       .received_at_us = RECEIVED_US,
                       .data = (const uint8_t *)(c->payload.data ? c->payload.data : ""),
                       .size = c->payload.len};

    if (c->has_offset) {
        if (!gw_parse_i64(trimmed(&c->offset), &offset) || offset < -64800 || offset > 64800)
            die(c, "`offset` is not a number of seconds");
        p.flags = AORTA_PAYLOAD_HAS_OFFSET;
        p.tz_offset_s = (int32_t)offset;
    }
    o->code = gw_call_normalize(call, &p, &o->err);
}

static void route(struct test_case *c, const struct gw_call *call, struct outcome *o)
{
    aorta_webhook_req req = {.struct_size = sizeof(req),
                             .method = "POST",
                             .received_at_us = RECEIVED_US,
                             .headers = c->headers,
                             .headers_count = c->headers_count,
                             .query = c->query,
                             .query_count = c->query_count,
                             .body = {(const uint8_t *)c->payload.data, c->payload.len}};

    o->code = gw_call_route(call, &req, &o->err);
}

static void run(struct test_case *c, const struct gw_provider *provider, struct outcome *o)
{
    struct gw_lines lines = {.out = &o->lines};
    struct gw_sink sink;
    struct gw_call call = {.provider = provider, .sink = &sink, .timeout_ms = 60000};

    gw_lines_sink(&lines, &sink);
    if (c->has_kind)
        normalize(c, &call, o);
    else
        route(c, &call, o);
    if (o->lines.failed)
        die(c, "no memory");
}

/* normalize is pure: the same bytes give the same lines. */
static void run_again(struct test_case *c, const struct gw_provider *provider, const struct outcome *first)
{
    struct outcome again = {0};

    run(c, provider, &again);
    if (again.code != first->code || again.lines.len != first->lines.len ||
        (again.lines.len && memcmp(again.lines.data, first->lines.data, again.lines.len) != 0))
        die(c, "a second run gave something else");
    gw_buf_free(&again.lines);
}

/* ---- comparing ---- */

static struct gw_str next_line(struct gw_str *rest)
{
    const char *end = rest->len ? memchr(rest->ptr, '\n', rest->len) : NULL;
    struct gw_str line = {rest->ptr, end ? (size_t)(end - rest->ptr) : rest->len};
    size_t used = line.len + (end != NULL);

    rest->ptr += used;
    rest->len -= used;
    return line;
}

static bool same_json(struct gw_str a, struct gw_str b)
{
    json_t *x = a.len ? json_loadb(a.ptr, a.len, 0, NULL) : NULL;
    json_t *y = b.len ? json_loadb(b.ptr, b.len, 0, NULL) : NULL;
    bool same = x && y && json_equal(x, y);

    json_decref(x);
    json_decref(y);
    return same;
}

static int compare_lines(const struct test_case *c, const struct gw_buf *got_lines)
{
    struct gw_str want = {c->expected.data, c->expected.len}, got = {got_lines->data, got_lines->len};
    unsigned number = 0, differ = 0;

    while (want.len || got.len) {
        struct gw_str w = next_line(&want), g = next_line(&got);
        number++;
        if (same_json(w, g))
            continue;
        if (differ++ < 5)
            fprintf(stderr, "%s/expected.jsonl:%u:\n  expected %.*s\n  came out %.*s\n", c->folder, number,
                    w.len ? (int)w.len : 7, w.len ? w.ptr : "nothing", g.len ? (int)g.len : 7,
                    g.len ? g.ptr : "nothing");
    }
    if (differ)
        fprintf(stderr, "%s: %u of %u lines differ\n", c->folder, differ, number);
    return differ != 0;
}

static int compare_error(const struct test_case *c, const struct outcome *o)
{
    struct gw_str want = trimmed(&c->expected_error);
    const char *text = gw_err_text(&o->err);

    if (o->code == GW_OK) {
        fprintf(stderr, "%s: it should have failed with \"%.*s\"\n", c->folder, (int)want.len, want.ptr);
        return 1;
    }
    if (want.len && memmem(text, strlen(text), want.ptr, want.len))
        return 0;
    fprintf(stderr, "%s: expected an error with \"%.*s\"; it was \"%s\"\n", c->folder, (int)want.len,
            want.len ? want.ptr : "", text);
    return 1;
}

static int judge(const struct test_case *c, const struct outcome *o)
{
    int bad = 0;

    if (!c->has_expected && !c->has_error)
        die(c, "has no expectation: run with AORTA_UPDATE_CASES=1, then read what it wrote");
    if (c->has_error) {
        bad = compare_error(c, o);
    } else if (o->code != GW_OK) {
        fprintf(stderr, "%s: %s\n", c->folder, gw_err_text(&o->err));
        bad = 1;
    }
    return c->has_expected ? bad | compare_lines(c, &o->lines) : bad;
}

static void remove_file(const char *folder, const char *name)
{
    char path[4096];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    unlink(path);
}

static int update(const struct test_case *c, const struct outcome *o)
{
    const char *text = gw_err_text(&o->err);
    bool ok = true;

    remove_file(c->folder, "expected_error");
    remove_file(c->folder, "expected.jsonl");
    if (o->code != GW_OK)
        ok = write_file(c->folder, "expected_error", text, strlen(text));
    if (o->code == GW_OK || o->lines.len)
        ok = ok && write_file(c->folder, "expected.jsonl", o->lines.len ? o->lines.data : "", o->lines.len);
    if (!ok)
        die(c, "the expectation could not be written");
    return 0;
}

int main(int argc, char **argv)
{
    struct test_case c = {.folder = argc > 2 ? argv[2] : ""};
    struct outcome o = {0};
    struct gw_provider *provider;
    const char *updating = getenv("AORTA_UPDATE_CASES");
    int bad;

    if (argc != 3) {
        fprintf(stderr, "usage: plugin-case PLUGIN.so CASE\n");
        return 2;
    }
    read_case(&c);
    if (gw_provider_open(argv[1], &provider, &o.err) != GW_OK)
        die(&c, gw_err_text(&o.err));
    run(&c, provider, &o);
    run_again(&c, provider, &o);
    bad = updating && *updating == '1' ? update(&c, &o) : judge(&c, &o);
    gw_provider_free(&provider);
    for (struct gw_buf *b = &c.payload; b <= &c.expected_error; b++)
        gw_buf_free(b);
    gw_buf_free(&o.lines);
    return bad;
}
