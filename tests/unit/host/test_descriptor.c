/* One fault in the descriptor each; the sentence must name it. */
#include "fake.h"
#include "host/loader.h"

static aorta_descriptor d;
static aorta_plugin plugin;
static struct gw_err err;

static void setup(void)
{
    d = fake_descriptor;
    plugin = fake_plugin;
    plugin.desc = &d;
}

static void refused(const char *reason)
{
    ck_assert_int_eq(gw_loader_check("/lib/fake.so", &plugin, "fake", &err), GW_CONTRACT);
    ck_assert_msg(strstr(err.text, reason) != NULL, "expected \"%s\" in \"%s\"", reason, err.text);
    ck_assert_int_eq(strncmp(err.text, "/lib/fake.so (plugin ABI 0.", 27), 0);
    d = fake_descriptor;
}

START_TEST(takes_a_good_one)
{
    ck_assert_int_eq(gw_loader_check("/lib/fake.so", &plugin, "fake", &err), GW_OK);
}
END_TEST

START_TEST(refuses_the_head)
{
    d.struct_size = sizeof(d) - 8;
    refused("its descriptor is missing or not whole");
    d.flags = 0x80000000u;
    refused("a flag that this gateway does not know");
    d.id = "Fake";
    refused("its id is not [a-z]");
    d.id = "f";
    refused("its id is not [a-z]");
    d.name = "";
    refused("it has no name");
    d.version = "1.0";
    refused("its version is not of the form 1.2.3");
    d.vendor = "\xff";
    refused("a text that is not UTF-8");
}
END_TEST

static void bad_setting(aorta_param p, const char *reason)
{
    static aorta_param row;

    row = p;
    if (!row.name)
        row.name = "x";
    d.settings = &row;
    d.settings_count = 1;
    d.http_hosts = NULL;
    refused(reason);
}

START_TEST(refuses_parameters)
{
    static const char *const none[] = {NULL};
    static const char *const twice[] = {"a", "a", NULL};

    bad_setting((aorta_param){.name = "Bad", .type = AORTA_TYPE_INT}, "setting has a name that is not");
    bad_setting((aorta_param){.type = AORTA_TYPE_JSON}, "setting x has the type 11");
    bad_setting((aorta_param){.type = AORTA_TYPE_INT, .flags = AORTA_PARAM_REPEATED}, "x is REPEATED");
    bad_setting((aorta_param){.type = AORTA_TYPE_INT, .flags = 0x01000000u}, "x has a flag");
    bad_setting((aorta_param){.type = AORTA_TYPE_STRING, .flags = AORTA_PARAM_SECRET, .default_text = "a"},
                "x is SECRET and has a default");
    bad_setting((aorta_param){.type = AORTA_TYPE_INT, .flags = AORTA_PARAM_REQUIRED, .default_text = "1"},
                "x is REQUIRED and has a default");
    bad_setting((aorta_param){.type = AORTA_TYPE_ENUM}, "x is an ENUM without choices");
    bad_setting((aorta_param){.type = AORTA_TYPE_ENUM, .choices = none}, "x is an ENUM without choices");
    bad_setting((aorta_param){.type = AORTA_TYPE_ENUM, .choices = twice}, "names a twice");
    bad_setting((aorta_param){.type = AORTA_TYPE_INT, .choices = twice}, "x has choices but is no ENUM");
    bad_setting((aorta_param){.type = AORTA_TYPE_INT, .pattern = "a"}, "x has a pattern but is no STRING");
    bad_setting((aorta_param){.type = AORTA_TYPE_STRING, .pattern = "("}, "not a POSIX extended");
    bad_setting((aorta_param){.type = AORTA_TYPE_BOOL, .min_text = "0"}, "its type has no order");
    bad_setting((aorta_param){.type = AORTA_TYPE_INT, .min_text = "few"}, "the minimum \"few\"");
    bad_setting((aorta_param){.type = AORTA_TYPE_INT, .min_text = "2", .max_text = "1"}, "a minimum above its maximum");
    bad_setting((aorta_param){.type = AORTA_TYPE_INT, .max_text = "1", .default_text = "2"},
                "the default \"2\", which must be at most 1");
    bad_setting((aorta_param){.type = AORTA_TYPE_TIME, .default_text = "soon"}, "the default \"soon\"");
    bad_setting((aorta_param){.type = AORTA_TYPE_STRING, .pattern = "^a$", .default_text = "b"}, "must match ^a$");
}
END_TEST

START_TEST(refuses_tables)
{
    static const aorta_param same[] = {{.name = "a", .type = AORTA_TYPE_INT}, {.name = "a", .type = AORTA_TYPE_INT}};
    static const aorta_param secret[] = {{.name = "a", .type = AORTA_TYPE_STRING, .flags = AORTA_PARAM_SECRET}};

    d.sync_params = same;
    d.sync_params_count = 2;
    d.sync_params_stride = sizeof(aorta_param);
    refused("sync parameter a is declared twice");
    d.sync_params = secret;
    d.sync_params_count = 1;
    d.sync_params_stride = sizeof(aorta_param);
    refused("a is SECRET, which only settings may be");
    d.settings_stride = 8;
    refused("its table of settings has rows of 8 bytes");
    d.settings = NULL;
    refused("its table of settings is missing");
}
END_TEST

static void bad_rule(aorta_rule r, const char *reason)
{
    static const aorta_param params[] = {{.name = "a", .type = AORTA_TYPE_TIME},
                                         {.name = "b", .type = AORTA_TYPE_TIME},
                                         {.name = "s", .type = AORTA_TYPE_STRING}};
    static aorta_rule row;

    row = r;
    d.sync_params = params;
    d.sync_params_count = 3;
    d.sync_params_stride = sizeof(aorta_param);
    d.sync_rules = &row;
    d.sync_rules_count = 1;
    d.sync_rules_stride = sizeof(aorta_rule);
    refused(reason);
}

START_TEST(refuses_rules)
{
    static const char *const one[] = {"a", NULL};
    static const char *const strange[] = {"a", "c", NULL};
    static const char *const two[] = {"a", "b", NULL};
    static const char *const uneven[] = {"a", "s", NULL};

    bad_rule((aorta_rule){.kind = 9, .names = two}, "a rule has the kind 9");
    bad_rule((aorta_rule){.kind = AORTA_RULE_ORDERED, .names = one}, "a rule names 1 parameters");
    bad_rule((aorta_rule){.kind = AORTA_RULE_ORDERED, .names = strange}, "a rule names c");
    bad_rule((aorta_rule){.kind = AORTA_RULE_ORDERED, .names = uneven}, "a rule compares s");
    bad_rule((aorta_rule){.kind = AORTA_RULE_MAX_SPAN, .names = two}, "has no amount");
}
END_TEST

START_TEST(refuses_lists)
{
    static const char *const foreign[] = {"other.data", NULL};
    static const char *const bare[] = {"fake.", NULL};
    static const char *const twice[] = {"fake.a", "fake.a", NULL};
    static const char *const setting[] = {"@nowhere", NULL};
    static const char *const secret[] = {"@client_secret", NULL};
    static const char *const url[] = {"https://example.com", NULL};
    static const char *const future[] = {"aorta.host.future/1", NULL};

    d.payload_kinds = foreign;
    refused("its payload kind other.data is not called \"fake.<name>\"");
    d.payload_kinds = bare;
    refused("its payload kind fake. is not called");
    d.payload_kinds = twice;
    refused("names fake.a twice");
    d.http_hosts = setting;
    refused("@nowhere, but there is no such setting of type URL");
    d.http_hosts = secret;
    refused("@client_secret, but there is no such setting of type URL");
    d.http_hosts = url;
    refused("which is not a host name");
    d.required_host_extensions = future;
    refused("it requires the host extension aorta.host.future/1");
    d.extensions = NULL;
    refused("its extensions lack aorta.webhook/1");
    d.payload_kinds = NULL;
    refused("it has no payload kinds");
}
END_TEST

START_TEST(refuses_an_endless_list)
{
    static const char *endless[2048];
    static char texts[2048][12];

    for (int i = 0; i < 2048; i++) {
        snprintf(texts[i], sizeof(texts[i]), "fake.k%d", i);
        endless[i] = texts[i];
    }
    d.payload_kinds = endless;
    refused("its list of payload kinds does not end with NULL");
}
END_TEST

START_TEST(refuses_metrics_kinds_rates_coverage)
{
    static const aorta_metric_decl foreign[] = {{.name = "heart_rate", .unit = "bpm", .aggregation = 1}};
    static const aorta_metric_decl unitless[] = {{.name = "fake.a", .aggregation = 1}};
    static const aorta_metric_decl strange[] = {{.name = "fake.a", .unit = "u", .aggregation = 9}};
    static const aorta_kind_decl kind[] = {{.name = "workout"}};
    static const aorta_rate rate[] = {{.key = "default", .scope = AORTA_RATE_APP, .requests = 0, .window_ms = 1}};
    static const aorta_rate scope[] = {{.key = "default", .scope = 7, .requests = 1, .window_ms = 1}};
    static const aorta_coverage_decl series[] = {{.what = "series", .name = "hart_rate"}};
    static const aorta_coverage_decl record[] = {{.what = "workuot", .name = "type"}};
    static const aorta_schedule_decl schedule = {.struct_size = sizeof(schedule), .poll_interval_s = -1};

    d.metrics = foreign;
    refused("its metric number 0 is not called \"fake.<name>\"");
    d.metrics = unitless;
    refused("its metric fake.a has no unit");
    d.metrics = strange;
    refused("its metric fake.a has the aggregation 9");
    d.kinds = kind;
    refused("its record kind number 0 is not called");
    d.rates = rate;
    d.rates_count = 1;
    refused("the rate default allows nothing");
    d.rates = scope;
    d.rates_count = 1;
    refused("the rate default has the scope 7");
    d.coverage = series;
    d.coverage_count = 1;
    d.coverage_stride = sizeof(aorta_coverage_decl);
    refused("the metric hart_rate, which is neither");
    d.coverage = record;
    d.coverage_count = 1;
    d.coverage_stride = sizeof(aorta_coverage_decl);
    refused("the record kind workuot, which is neither");
    d.schedule = &schedule;
    refused("its schedule has a negative time");
}
END_TEST

TCase *descriptor_case(void)
{
    TCase *c = tcase_create("descriptor");

    tcase_add_checked_fixture(c, setup, NULL);
    tcase_add_test(c, takes_a_good_one);
    tcase_add_test(c, refuses_the_head);
    tcase_add_test(c, refuses_parameters);
    tcase_add_test(c, refuses_tables);
    tcase_add_test(c, refuses_rules);
    tcase_add_test(c, refuses_lists);
    tcase_add_test(c, refuses_an_endless_list);
    tcase_add_test(c, refuses_metrics_kinds_rates_coverage);
    return c;
}
