package codes

import (
	"errors"
	"testing"
)

func TestARefusalDescribesItselfInTheLanguageOfTheCall(t *testing.T) {
	for _, c := range []struct {
		refusal  *Refusal
		lang, is string
	}{
		{Refuse(PaymentNotFound), "en", "Payment not found."},
		{Invalid("pg_amount", Between("0.01", "99999999")), "en", "Parameter pg_amount is not valid: must be between 0.01 and 99999999"},
		{Invalid("pg_amount", Between("0.01", "99999999")), "ru", "Параметр pg_amount неверен: должен быть от 0.01 до 99999999"},
		{Invalid("pg_amount", Between("0.01", "99999999")), "kk", "pg_amount параметрі жарамсыз: 0.01 – 99999999 аралығында болуы керек"},
		{Invalid("pg_order_id", TooLong(50)), "ru", "Параметр pg_order_id неверен: должен быть не длиннее 50 символов"},
		{Invalid("", TooManyFields(1000)), "en", "Request is not valid: has more than 1000 fields"},
		{Invalid("", BadJSON), "kz", "Сұраныс жарамсыз: JSON нысаны емес"},
		{Refuse(Validation), "en", "Request parameters are not valid"},
		{&Refusal{Code: URLMissing, Field: "pg_success_url"}, "en", "Success, failure or post link URL is missing: pg_success_url"},
		{&Refusal{Code: OrderNotUnique, Field: "pg_order_id"}, "ru", "Номер заказа не уникален: pg_order_id"},
		{&Refusal{Code: NotFoundObject, Field: "pg_card_token", Reason: UnknownValue}, "en", "Object not found: pg_card_token has an unknown value"},
		{&Refusal{Code: SystemError, Reason: InProgress}, "en", "System error or outcome unknown, request the status: the same request is still being processed"},
	} {
		if got := c.refusal.Description(c.lang); got != c.is {
			t.Errorf("%+v in %s: %q, want %q", *c.refusal, c.lang, got, c.is)
		}
	}
}

func TestARefusalIsAnErrorThatNamesItsCode(t *testing.T) {
	var err error = Invalid("pg_order_id", Required)
	if got, want := err.Error(), "9403: Parameter pg_order_id is not valid: a value is required"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	var refusal *Refusal
	if !errors.As(err, &refusal) || refusal.Field != "pg_order_id" || refusal.Reason != Required {
		t.Errorf("the refusal is lost: %+v", refusal)
	}
}

func TestReasonsPrintTheirLimits(t *testing.T) {
	for reason, want := range map[Reason]string{
		TooShort(2):       "must be at least 2 characters long",
		TooLong(255):      "must be at most 255 characters long",
		AtLeast("0.01"):   "must be at least 0.01",
		AtMost("156"):     "must be at most 156",
		Between("1", "5"): "must be between 1 and 5",
		TooDeep(5):        "is nested deeper than 5 levels",
		{}:                "",
		Semicolon:         "must not contain a semicolon",
	} {
		if got := reason.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
