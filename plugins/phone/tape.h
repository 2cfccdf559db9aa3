/* tape.h - one JSON value taken out of a stream, in memory that the next one uses again.
 *
 * Only members whose keys are in keys.def are on it. It is not sdk_json: that one keeps every value until the operation
 * ends, which a body of 500,000 records could not afford.
 */
#ifndef PHONE_TAPE_H
#define PHONE_TAPE_H

#include "names.h"

enum phone_key {
    PHONE_NO_KEY, /* an element of an array, or a key that is not read */
#define KEY(name) PHONE_##name,
#include "keys.def"
#undef KEY
    PHONE_KEYS
};

#define PHONE_DEPTH_MAX 64u

struct phone_node {
    uint32_t text, len; /* of a scalar */
    uint32_t next;      /* the node behind this one's last descendant */
    uint8_t type;       /* SDK_JSON_* */
    uint8_t key;        /* enum phone_key */
};

struct phone_tape {
    struct phone_node *node;
    char *text;
    size_t nodes, nodes_cap, len, cap;
    uint32_t open[PHONE_DEPTH_MAX]; /* containers that have not ended */
    unsigned depth;
    int full;     /* it did not fit: what is there is not all of it */
    int indexed;  /* member is kept: not of a tape that was put together elsewhere */
    uint32_t age; /* of the value: members of one before it are not this one's */
    struct {
        uint32_t age, node;
    } member[PHONE_KEYS]; /* of the root, the last of each key */
};

void phone_tape_clear(struct phone_tape *tape); /* for the next value; memory is kept */
void phone_tape_free(struct phone_tape *tape);

/* Building, in document order. NOMEM; a tape that is full takes no more and says OK. */
aorta_status phone_tape_open(struct phone_tape *tape, int type, uint8_t key);
void phone_tape_close(struct phone_tape *tape);
aorta_status phone_tape_scalar(struct phone_tape *tape, int type, uint8_t key, aorta_str text);
int phone_tape_in_object(const struct phone_tape *tape);

/* ---- reading; a value with node NULL is absent, and every accessor accepts it ---- */

typedef struct phone_value {
    const struct phone_tape *tape;
    const struct phone_node *node;
} phone_value;

phone_value phone_tape_root(const struct phone_tape *tape);
int phone_type(phone_value v);                                 /* SDK_JSON_*; absent = SDK_JSON_NONE */
phone_value phone_get(phone_value object, enum phone_key key); /* of several the last; of the root at once */
phone_value phone_get_or(phone_value object, enum phone_key key, enum phone_key other);
/* for (phone_value m = phone_first(v); m.node; m = phone_next(v, m)) … */
phone_value phone_first(phone_value container);
phone_value phone_next(phone_value container, phone_value member);
/* A container as it stands on the tape: the bytes of all its texts, and how many nodes it has. */
aorta_str phone_tape_texts(phone_value container, uint32_t *ret_nodes);
aorta_str phone_text(phone_value v);           /* of a string or number, without white space around; else empty */
int phone_number(phone_value v, double *ret);  /* a number, or a string that holds nothing else: 1, or 0 */
int phone_truth(phone_value v, int otherwise); /* true, 1, "1", "true" and their opposites */

#endif
