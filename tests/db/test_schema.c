/* Migrations, statements, and the rules that keep the schema fit for distribution by user. */
#include "db_test.h"

#include "store/conn.h"

/* Every statement is prepared as the program prepares it; a typo or a missing column fails here. */
START_TEST(test_statements)
{
    PGconn *conn = PQconnectdb(db_conninfo);

    for (int i = 0; i < SQL_COUNT; i++) {
        PGresult *result = PQprepare(conn, sql_name((enum sql_id)i), sql_text((enum sql_id)i), 0, NULL);
        ck_assert_msg(PQresultStatus(result) == PGRES_COMMAND_OK, "%s: %s", sql_name((enum sql_id)i),
                      PQerrorMessage(conn));
        PQclear(result);
    }
    PQfinish(conn);
}
END_TEST

Suite *suite_schema(void)
{
    Suite *suite = suite_create("schema");
    TCase *tcase = db_case(suite, "schema");

    tcase_add_test(tcase, test_statements);
    return suite;
}
