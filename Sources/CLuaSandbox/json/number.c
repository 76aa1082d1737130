/* JSON's numbers: integers exact, and what neither int64 nor double can hold kept as text. */
#include "json/number.h"

#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    EXPONENT_MAX = 100000, /* far beyond any double */
    DIGITS_MAX = 64, /* a whole number with more digits stays as it is written */
};

typedef struct {
    const unsigned char *at, *end;
    uint64_t digits; /* as one number, where `exact` */
    bool exact;
    int exponent;
} reader;

static bool is_digit(const reader *r) {
    return r->at < r->end && *r->at >= '0' && *r->at <= '9';
}

/* Reads digits; returns how many. */
static int read_digits(reader *r) {
    int count = 0;
    for (; is_digit(r); r->at++) {
        uint64_t digit = (uint64_t)(*r->at - '0');
        r->exact = r->exact && !__builtin_mul_overflow(r->digits, 10, &r->digits) && !__builtin_add_overflow(r->digits, digit, &r->digits);
        count += count < EXPONENT_MAX;
    }
    return count;
}

static const char *read_exponent(reader *r) {
    bool down = r->at < r->end && *r->at == '-';
    r->at += r->at < r->end && (*r->at == '-' || *r->at == '+');
    if (!is_digit(r)) {
        return "an exponent needs a digit";
    }
    int written = 0;
    for (; is_digit(r); r->at++) {
        written = written > EXPONENT_MAX ? written : written * 10 + (*r->at - '0');
    }
    r->exponent += down ? -written : written;
    return NULL;
}

/* The decimal point must be a point whatever language an embedding program has set. */
static double parse_double(const char *text) {
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0); /* costs nothing: the C library has this one built in */
    if (plain == (locale_t)0) {
        return strtod(text, NULL);
    }
    double result = strtod_l(text, NULL, plain);
    freelocale(plain);
    return result;
}

static void push_float(lua_State *L, const reader *r, const unsigned char *from, bool negative) {
    static const double powers[] = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    };
    /* Digits and power are both exact doubles: one operation rounds once, as a full parse would. */
    if (r->exact && r->digits <= (UINT64_C(1) << 53) && r->exponent >= -22 && r->exponent <= 22) {
        double result = r->exponent < 0 ? (double)r->digits / powers[-r->exponent] : (double)r->digits * powers[r->exponent];
        lua_pushnumber(L, negative ? -result : result);
        return;
    }
    size_t length = (size_t)(r->at - from);
    char small[64];
    char *copy = length < sizeof small ? small : lua_newuserdatauv(L, length + 1, 0);
    memcpy(copy, from, length);
    copy[length] = 0;
    double result = parse_double(copy);
    if (copy != small) {
        lua_pop(L, 1);
    }
    if (isinf(result)) {
        lua_pushlstring(L, (const char *)from, length); /* too large for a double: kept as text, not rounded */
    } else {
        lua_pushnumber(L, result);
    }
}

/*
 * Pushes the number that is written between `from` and `end` with a fraction or an exponent, where it is whole: as an integer, or its digits where 64 bits
 * do not hold it. `count` digits are written, the last of them worth 10 to the `exponent`. WholeNumber.swift does the same.
 */
static bool push_whole(lua_State *L, const unsigned char *from, const unsigned char *end, bool negative, int count, int exponent) {
    char digits[DIGITS_MAX + 1];
    int length = 0, place = 0, whole = count + exponent;
    bool zero = true;
    for (const unsigned char *at = from; at < end && *at != 'e' && *at != 'E'; at++) {
        if (*at < '0' || *at > '9') {
            continue;
        }
        zero = zero && *at == '0';
        if (place >= whole && *at != '0') {
            return false;
        }
        if (place < whole && place < DIGITS_MAX && (length > 0 || *at != '0')) {
            digits[length++] = (char)*at;
        }
        place++;
    }
    if (zero) {
        lua_pushinteger(L, 0);
        return true;
    }
    if (count >= EXPONENT_MAX || whole < 1 || whole > DIGITS_MAX) {
        return false;
    }
    for (; place < whole; place++) {
        digits[length++] = '0';
    }
    digits[length] = 0;
    uint64_t value = 0;
    bool exact = true;
    for (int i = 0; i < length; i++) {
        exact = exact && !__builtin_mul_overflow(value, 10, &value) && !__builtin_add_overflow(value, (uint64_t)(digits[i] - '0'), &value);
    }
    if (exact && value <= (uint64_t)INT64_MAX + negative) {
        lua_pushinteger(L, (lua_Integer)(negative ? 0 - value : value));
    } else {
        lua_pushfstring(L, "%s%s", negative ? "-" : "", digits);
    }
    return true;
}

const char *fls_json_number(lua_State *L, const unsigned char **at, const unsigned char *end) {
    reader r = {.at = *at, .end = end, .exact = true};
    const unsigned char *from = *at;
    const char *problem = NULL;
    bool integer = true, negative = r.at < end && *r.at == '-';
    r.at += negative;
    bool zero = r.at < end && *r.at == '0';
    int count = read_digits(&r);
    if (count == 0) {
        problem = "a number needs a digit";
    } else if (zero && count > 1) {
        r.at = from + negative + 1;
        problem = "a number must not begin with 0";
    }
    if (problem == NULL && r.at < end && *r.at == '.') {
        integer = false;
        r.at++;
        r.exponent = -read_digits(&r);
        count -= r.exponent;
        problem = r.exponent == 0 ? "a digit must follow the decimal point" : NULL;
    }
    if (problem == NULL && r.at < end && (*r.at == 'e' || *r.at == 'E')) {
        integer = false;
        r.at++;
        problem = read_exponent(&r);
    }
    *at = r.at;
    if (problem != NULL) {
        return problem;
    }
    if (!integer) {
        if (!push_whole(L, from, r.at, negative, count, r.exponent)) {
            push_float(L, &r, from, negative);
        }
    } else if (r.exact && r.digits <= (uint64_t)INT64_MAX + negative) {
        lua_pushinteger(L, (lua_Integer)(negative ? 0 - r.digits : r.digits));
    } else {
        lua_pushlstring(L, (const char *)from, (size_t)(r.at - from)); /* beyond 64 bits: kept as text, not rounded */
    }
    return NULL;
}
