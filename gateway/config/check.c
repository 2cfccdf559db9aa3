/* Rules that no single option's row can say. */
#include "base/log.h"
#include "config/address.h"
#include "config/reader.h"

static enum gw_code fail_at(const struct reader *in, int index, struct gw_err *err, const char *text)
{
    struct origin origin = in->options[index].origin;

    if (!origin.file)
        origin.file = option_rows[index].name;
    return reader_fail(origin, err, "%s", text);
}

static enum gw_code check_address(const struct gw_config *config, const char *text, int index, const struct reader *in,
                                  struct gw_err *err)
{
    struct gw_address address;

    if (gw_address_parse(text, &address, err) != GW_OK)
        return fail_at(in, index, err, gw_err_text(err));
    if (gw_address_public(&address) && !config->behind_proxy)
        return fail_at(in, index, err,
                       "a public address is only listened on behind a proxy that ends TLS: "
                       "behind_proxy = true says that there is one");
    return GW_OK;
}

static enum gw_code check_listen(const struct gw_config *config, const struct reader *in, struct gw_err *err)
{
    enum gw_code code = check_address(config, config->listen, OPTION_INDEX_listen, in, err);

    if (code == GW_OK && config->metrics_listen[0])
        code = check_address(config, config->metrics_listen, OPTION_INDEX_metrics_listen, in, err);
    return code;
}

static bool is_url(const char *text)
{
    return strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0;
}

static bool list_of_origins(const char *const *list)
{
    for (; *list; list++) {
        const char *authority = strstr(*list, "://");
        if (!is_url(*list) || authority[3] == '\0' || strcspn(authority + 3, "/?#@ ") != strlen(authority + 3))
            return false;
    }
    return true;
}

static bool any_or_origins(const char *const *list)
{
    return (*list && strcmp(*list, "*") == 0 && !list[1]) || list_of_origins(list);
}

static bool absolute_or_empty(const char *path)
{
    return path[0] == '\0' || path[0] == '/';
}

enum gw_code config_check(const struct gw_config *config, const struct reader *in, struct gw_err *err)
{
    enum gw_log_level level;
    enum gw_code code = check_listen(config, in, err);

    if (code != GW_OK)
        return code;
    if (config->public_url[0] && !is_url(config->public_url))
        return fail_at(in, OPTION_INDEX_public_url, err, "public_url begins with http:// or https://");
    if (!list_of_origins(config->allowed_redirects))
        return fail_at(in, OPTION_INDEX_allowed_redirects, err,
                       "an origin is http:// or https://, a host and maybe a port, and nothing behind");
    if (!any_or_origins(config->cors_origins))
        return fail_at(in, OPTION_INDEX_cors_origins, err,
                       "cors_origins is \"*\" alone, or origins: http:// or https://, a host and maybe a port");
    if (!gw_log_level_parse(config->log_level, &level))
        return fail_at(in, OPTION_INDEX_log_level, err, "log_level is debug, info, warn or error");
    if (!config->state_dir[0])
        return fail_at(in, OPTION_INDEX_state_dir, err, "state_dir wants a folder");
    if (!absolute_or_empty(config->socket_dir))
        return fail_at(in, OPTION_INDEX_socket_dir, err, "socket_dir is an absolute path");
    return GW_OK;
}
