package codes

// Code is a pg_error_code, and the pg_failure_code of a failed payment, as it stands on the wire. The numbers are the modern
// generation of spec 01, 1.11; of the legacy one only 120 and 340 are left (R28). Disputed meanings follow R29.
type Code int

// Refusals of a request.
const (
	WrongPaymentStatus   Code = 120
	TransactionNotFound  Code = 340 // get_status and get_status2 only (R12)
	BadSignature         Code = 1100
	NotFoundObject       Code = 1999 // unknown, foreign or deleted card token
	UnknownMethod        Code = 2999
	PayoutBalanceTooLow  Code = 8888
	ThreeDSNotCompleted  Code = 8889
	RecurringClosed      Code = 9011
	CancelOfUnsuccessful Code = 9013
	Validation           Code = 9403
	OrderNotUnique       Code = 9991
	MethodNotActivated   Code = 9992
	URLMissing           Code = 9993
	ActionDisabled       Code = 9994
	TestModePayment      Code = 9995
	NoContract           Code = 9996
	WrongMerchant        Code = 9997 // the path names another merchant than the message (R11)
	UnknownMerchant      Code = 9998
	SystemError          Code = 9999 // also: outcome unknown, or the first copy of the request still runs
	PaymentNotFound      Code = 11068
	RecurringUnusable    Code = 11070 // read only, never emitted: 9011 (R29)
)

// Outcomes of card payments and of the calls that follow them.
const (
	TryLater               Code = 10000
	ContactIssuer          Code = 10001
	TooManyCodes           Code = 10003
	ThreeDSCodeWrong       Code = 10004
	CardDetailsWrong       Code = 10005
	TooFrequent            Code = 10006 // also the rate limit (R48)
	CardDataSecurity       Code = 10007
	CardDetailsMistyped    Code = 10008
	InsufficientFunds      Code = 10009
	CardRestricted         Code = 10010
	AlreadyPaid            Code = 10011
	CancelRefused          Code = 10012
	CardCountryNotAllowed  Code = 10013
	IntervalOver           Code = 10014
	AlreadyPerformed       Code = 10015
	PaymentFailed          Code = 10016
	CardExpired            Code = 10017
	LifetimeOver           Code = 10018
	UseAnotherCard         Code = 10019
	RefundTooLarge         Code = 10020
	InvalidTransaction     Code = 10021
	CardLimit              Code = 10022
	TooManyPINs            Code = 10023
	PINNotConfirmed        Code = 10024
	SchemeError            Code = 10025
	PayoutFailed           Code = 10026
	TooFrequentForShop     Code = 10028
	IBANPayoutsUnavailable Code = 10029
	BelowMinimum           Code = 10030
	PayerPhoneWrong        Code = 10031
	CardNumberWrong        Code = 10032
	AlreadyVoided          Code = 10033
	RefundBeforeCapture    Code = 10034
	CaptureOfUnsuccessful  Code = 10035
	AlreadyCaptured        Code = 10036
	CardBlockedForNow      Code = 10037
	CardRetained           Code = 10038
	OperationIncorrect     Code = 10039
	AccountWrong           Code = 10040
	AccountClosed          Code = 10041
	IssuerSecurity         Code = 10045
	UnknownBankError       Code = 99999
	TransferLimit          Code = 1000669
)

// Outcomes of mobile commerce (R30), limits, and refusals after the payment.
const (
	MobileUnavailable        Code = 11000
	ContactOperator          Code = 11001
	SMSCodeWrong             Code = 11002
	PhoneInDebt              Code = 11003
	PhoneWrong               Code = 11004
	AmountWrong              Code = 11005
	PhoneInsufficientFunds   Code = 11006
	SMSAttemptsUsedUp        Code = 11007
	SMSCodeExpired           Code = 11008
	OperatorDeclined         Code = 11009
	TooManySMS               Code = 11010
	PhoneRestricted          Code = 11011
	DailyCountReached        Code = 11012
	RepeatedOperation        Code = 11013
	UnexpectedError          Code = 11014
	SinglePaymentLimit       Code = 11015
	BelowOperatorMinimum     Code = 11016
	PaymentCancelled         Code = 11017
	PaymentRefunded          Code = 11018
	MonthlyLimit             Code = 11019
	DailyLimitOf30           Code = 11020
	OperatorUnknown          Code = 11021
	ParametersRestricted     Code = 11022
	OperatorNotAllowed       Code = 11023
	BankSecurity             Code = 11024
	RefundNeedsCapture       Code = 11025
	ChargebackOpen           Code = 11026
	GeographyRestricted      Code = 11027
	CardBlockedRepeatIn30    Code = 11028
	CardBlockedFor30         Code = 11036
	ThreeDSNotEntered        Code = 11037
	ThreeDSCodeNotEntered    Code = 11049
	SchemePINFailed          Code = 11050
	BlockedByLimit           Code = 11051
	GeneralError             Code = 11052
	IssuerCannotAuthenticate Code = 11053
	TooOld                   Code = 11054
	ProcessingCentreError    Code = 12000
)

// Text says in one short sentence what is wrong. lang is a pg_language: ru, kk (or kz); any other gives English. A code that is not
// in the table gets the text of SystemError.
func (c Code) Text(lang string) string {
	words, known := codeTexts[c]
	if !known {
		words = codeTexts[SystemError]
	}
	return words.in(lang)
}
