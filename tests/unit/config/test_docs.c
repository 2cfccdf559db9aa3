/* docs/configuration.md is what `aorta config docs` prints; names and rows of the table are sane. */
#include <ctype.h>
#include <stdio.h>

#include "config/options.h"
#include "tests.h"

START_TEST(the_document_is_up_to_date)
{
    gw_own_buf struct gw_buf made = {0}, there = {0};
    gw_own_file FILE *file = fopen(AORTA_SOURCE_DIR "/docs/configuration.md", "r");
    char block[4096];
    size_t n;

    ck_assert_ptr_nonnull(file);
    while ((n = fread(block, 1, sizeof(block), file)) > 0)
        gw_buf_add(&there, block, n);
    gw_config_markdown(&made);
    ck_assert_msg(gw_str_eq((struct gw_str){made.data, made.len}, (struct gw_str){there.data, there.len}),
                  "run: aorta config docs > docs/configuration.md");
}
END_TEST

START_TEST(every_row_follows_its_name)
{
    const struct option_row *row = &option_rows[_i];
    char env[64] = "AORTA_";

    for (size_t i = 0; row->name[i]; i++)
        env[6 + i] = (char)toupper((unsigned char)row->name[i]);
    ck_assert_str_eq(row->env, env);
    ck_assert_ptr_eq(option_find(row->name), row);
    ck_assert_int_eq(row->sentence[strlen(row->sentence) - 1], '.');
    if (row->kind == OPTION_NUMBER)
        ck_assert_int_lt(row->min, row->max);
}
END_TEST

TCase *docs_case(void)
{
    TCase *tc = tcase_create("docs");

    tcase_add_test(tc, the_document_is_up_to_date);
    tcase_add_loop_test(tc, every_row_follows_its_name, 0, OPTION_COUNT);
    return tc;
}
