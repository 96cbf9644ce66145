package codes

// The one table of reasons. Each completes "Parameter pg_x is not valid: …" or "Request is not valid: …".
var (
	Required         = say("a value is required", "значение обязательно", "мәні міндетті түрде көрсетілуі керек")
	NotNumber        = say("must be a number", "должен быть числом", "сан болуы керек")
	NotInteger       = say("must be a whole number", "должен быть целым числом", "бүтін сан болуы керек")
	TooManyDecimals  = say("must have at most two decimals", "должен иметь не больше двух знаков после точки", "нүктеден кейін екі таңбадан аспауы керек")
	BadFlag          = say("must be 0 or 1", "должен быть 0 или 1", "0 немесе 1 болуы керек")
	BadURL           = say("must be an absolute http or https URL", "должен быть полным адресом http или https", "толық http немесе https мекенжайы болуы керек")
	BadDate          = say("must be a date and time, YYYY-MM-DD HH:MM:SS", "должен быть датой и временем, ГГГГ-ММ-ДД ЧЧ:ММ:СС", "күн мен уақыт болуы керек, ЖЖЖЖ-АА-КК СС:ММ:СС")
	BadPhone         = say("must be a phone number: digits with the country code", "должен быть номером телефона: цифры с кодом страны", "телефон нөмірі болуы керек: ел коды бар цифрлар")
	BadEmail         = say("must be an e-mail address", "должен быть адресом электронной почты", "электрондық пошта мекенжайы болуы керек")
	BadPattern       = say("has a wrong length or characters that do not belong there", "имеет неверную длину или недопустимые символы", "ұзындығы қате немесе рұқсат етілмеген таңбалары бар")
	Malformed        = say("cannot be read", "не удалось прочитать", "оқу мүмкін болмады")
	UnknownValue     = say("has an unknown value", "имеет неизвестное значение", "мәні белгісіз")
	NotAllowedHere   = say("is not allowed in this request", "не допускается в этом запросе", "бұл сұраныста рұқсат етілмейді")
	Duplicate        = say("is given more than once", "указан больше одного раза", "бірнеше рет көрсетілген")
	NotText          = say("must be a single value, not nested fields", "должен быть одним значением, без вложенных полей", "кірістірілген өрістерсіз бір мән болуы керек")
	NotNested        = say("must hold nested fields", "должен содержать вложенные поля", "кірістірілген өрістері болуы керек")
	Semicolon        = say("must not contain a semicolon", "не должен содержать точку с запятой", "нүктелі үтір болмауы керек")                  // S1
	ControlCharacter = say("must not contain control characters", "не должен содержать управляющих символов", "басқару таңбалары болмауы керек") // S1, S2
	Undecodable      = say("is not text in the declared encoding", "не является текстом в указанной кодировке", "көрсетілген кодтаудағы мәтін емес")
	BadName          = say("has a field with a wrong name", "содержит поле с недопустимым именем", "атауы рұқсат етілмеген өрісі бар")
	Doctype          = say("must not declare a document type or entities", "не должен объявлять тип документа или сущности", "құжат түрін немесе мәндерді жарияламауы керек") // R8
	BadXML           = say("is not well-formed XML", "не является правильным XML", "дұрыс XML емес")
	BadJSON          = say("is not a JSON object", "не является объектом JSON", "JSON нысаны емес")
	BadForm          = say("is not a well-formed form", "не является правильно закодированной формой", "дұрыс кодталған форма емес")
	KeyConflict      = say("was already used for a different request", "уже использован для другого запроса", "басқа сұраныс үшін пайдаланылған") // R44
	NoWalletKeys     = say("no wallet keys are configured; a test payment takes tokens of version TEST", "ключи кошелька не настроены; тестовый платёж принимает токены версии TEST", "әмиян кілттері бапталмаған; сынақ төлемі TEST нұсқасындағы токендерді қабылдайды")
	InProgress       = say("the same request is still being processed", "такой же запрос ещё обрабатывается", "дәл осындай сұраныс әлі өңделуде") // R44
)

// The reasons with limits, each "%s".
var (
	tooShort      = say("must be at least %s characters long", "должен быть не короче %s символов", "кемінде %s таңба болуы керек")
	tooLong       = say("must be at most %s characters long", "должен быть не длиннее %s символов", "%s таңбадан аспауы керек")
	atLeast       = say("must be at least %s", "должен быть не меньше %s", "%s мәнінен кем болмауы керек")
	atMost        = say("must be at most %s", "должен быть не больше %s", "%s мәнінен артық болмауы керек")
	between       = say("must be between %s and %s", "должен быть от %s до %s", "%s – %s аралығында болуы керек")
	tooManyFields = say("has more than %s fields", "содержит больше %s полей", "%s өрістен көп")
	tooDeep       = say("is nested deeper than %s levels", "имеет вложенность глубже %s уровней", "кірістіру деңгейі рұқсат етілгеннен (%s) терең")
)

// The frames around a reason: with the field's name, and for a message as a whole.
var (
	badParameter = text{"Parameter %s is not valid: %s", "Параметр %s неверен: %s", "%s параметрі жарамсыз: %s"}
	badRequest   = text{"Request is not valid: %s", "Запрос неверен: %s", "Сұраныс жарамсыз: %s"}
)

func say(en, ru, kk string) Reason { return Reason{words: &text{en, ru, kk}} }
