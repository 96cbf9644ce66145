package purchase_test

// scenes are what is played on both stores. The clock goes on from each to the next.
var scenes = []struct {
	name string
	play func(*house)
}{
	{"a fixed fee is in the currency of the balance", aFixedFeeIsInTheCurrencyOfTheBalance},
	{"a purchase in one step and its refunds in parts", aPurchaseInOneStepAndItsRefundsInParts},
	{"a hold is captured in part or let go", aHoldIsCapturedInPartOrLetGo},
	{"a decline is final", aDeclineIsFinal},
	{"two tabs pay once", twoTabsPayOnce},
	{"a hundred refunds at once never exceed what was captured", aHundredRefundsAtOnceNeverExceedWhatWasCaptured},
	{"an order has one purchase at a time", anOrderHasOnePurchaseAtATime},
	{"only an ok lets a purchase be paid", onlyAnOKLetsAPurchaseBePaid},
	{"a shop keeps an order as long as it says", aShopKeepsAnOrderAsLongAsItSays},
	{"a page asks its shop not without end", aPageAsksItsShopNotWithoutEnd},
	{"merchants are called as they like", merchantsAreCalledAsTheyLike},
	{"a payer comes back with what the shop expects", aPayerComesBackWithWhatTheShopExpects},
	{"a rejected result takes the payment back", aRejectedResultTakesThePaymentBack},
	{"nothing else takes a payment back", nothingElseTakesAPaymentBack},
	{"a shop that is down is told again", aShopThatIsDownIsToldAgain},
	{"a rejection waits for another step", aRejectionWaitsForAnotherStep},
	{"a rejection after another step is no second one", aRejectionAfterAnotherStepIsNoSecondOne},
	{"3-D Secure decides by its own record", threeDSecureDecidesByItsOwnRecord},
	{"a hold is captured after five days", aHoldIsCapturedAfterFiveDays},
	{"a lifetime is over for what nobody paid", aLifetimeIsOverForWhatNobodyPaid},
	{"a payer chooses once", aPayerChoosesOnce},
	{"a wallet pays once, with the shop's leave", aWalletPaysOnceWithTheShopsLeave},
	{"what a wallet cannot pay stays as it is", whatAWalletCannotPayStaysAsItIs},
	{"cards are kept when the bank approves", cardsAreKeptWhenTheBankApproves},
	{"a lost answer is inquired, never repeated", aLostAnswerIsInquiredNeverRepeated},
	{"verify finds every kind of damage", verifyFindsEveryKindOfDamage},
}
