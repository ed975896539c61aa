package bottest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// telegramAPI is a bot without a library.
type telegramAPI struct {
	t      *testing.T
	server *Telegram
}

type telegramResult struct {
	OK          bool            `json:"ok"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Result      json.RawMessage `json:"result"`
	Parameters  struct {
		RetryAfter int   `json:"retry_after"`
		Migrate    int64 `json:"migrate_to_chat_id"`
	} `json:"parameters"`
}

func (a telegramAPI) post(method, kind string, body io.Reader) (telegramResult, *http.Response) {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), http.MethodPost, a.server.URL()+"/bot"+a.server.Token()+"/"+method, body)
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return telegramResult{Description: err.Error()}, nil
	}
	defer func() { _ = resp.Body.Close() }()
	var out telegramResult
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		out.Description = err.Error()
	}
	return out, resp
}

// call posts params given as name, value, name, value ...
func (a telegramAPI) call(method string, params ...string) telegramResult {
	a.t.Helper()
	form := url.Values{}
	for i := 0; i < len(params); i += 2 {
		form.Set(params[i], params[i+1])
	}
	out, _ := a.post(method, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	return out
}

func startTelegram(t *testing.T, o TelegramOptions) telegramAPI {
	t.Helper()
	server, err := StartTelegram("127.0.0.1:0", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return telegramAPI{t: t, server: server}
}

func telegramSpecPath(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("WAYMARK_SHARED")
	if dir == "" {
		t.Skip("WAYMARK_SHARED is unset: there is no Bot API specification to hold requests against")
	}
	return filepath.Join(dir, "specs", "telegram", "api.json")
}

func TestTelegramSpecFindings(t *testing.T) {
	spec, err := loadTelegramSpec(telegramSpecPath(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		method string
		form   map[string]string
		want   []string
	}{
		{"sendMessage", map[string]string{"chat_id": "1", "text": "hi", "parse_mode": "HTML"}, nil},
		{"sendMessage", map[string]string{"chat_id": "@name", "text": "hi"}, nil},
		{"sendMessage", map[string]string{"chat_id": "1"}, []string{"sendMessage: missing text"}},
		{"sendMessage", map[string]string{"chat_id": "1", "text": "hi", "reply_to_message_id": "7", "disable_web_page_preview": "true"},
			[]string{"sendMessage: unknown parameter disable_web_page_preview", "sendMessage: unknown parameter reply_to_message_id"}},
		{"sendMessage", map[string]string{"chat_id": "1", "text": "hi", "entities": "null"}, []string{"sendMessage.entities: <nil> is no array"}},
		{"sendMessage", map[string]string{"chat_id": "1", "text": "hi", "message_thread_id": "x"}, []string{`sendMessage.message_thread_id: "x" is no Integer`}},
		{"sendMessage", map[string]string{"chat_id": "1", "text": "hi", "message_thread_id": "1.5"}, []string{`sendMessage.message_thread_id: 1.5 is no Integer`}},
		{"sendMessage", map[string]string{"chat_id": "1", "text": "hi", "disable_notification": "1"}, []string{"sendMessage.disable_notification: 1 is no Boolean"}},
		{"sendMessage", map[string]string{"chat_id": "1", "text": "hi", "reply_parameters": `{"allow_sending_without_reply":true,"message":1}`},
			[]string{"sendMessage.reply_parameters: missing message_id", "sendMessage.reply_parameters: unknown field message"}},
		{"sendMessage", map[string]string{"chat_id": "1", "text": "hi", "reply_markup": `{"inline_keyboard":[[{"text":"a","callback_data":"b"}]]}`}, nil},
		{"sendMessage", map[string]string{"chat_id": "1", "text": "hi", "reply_markup": `{"inline_keyboard":[[{"callback_data":"b"}]]}`},
			[]string{"sendMessage.reply_markup.inline_keyboard[0][0]: missing text"}},
		{"setMyCommands", map[string]string{"commands": `[{"command":"a","description":"b"}]`, "scope": `{"type":"default"}`}, nil},
		{"setMyCommands", map[string]string{"commands": `[{"command":"a"}]`}, []string{"setMyCommands.commands[0]: missing description"}},
		{"sendPhoto", map[string]string{"chat_id": "1"}, []string{"sendPhoto: missing photo"}},
		{"sendTelepathy", nil, []string{"sendTelepathy: unknown method"}},
	} {
		if diff := cmp.Diff(c.want, spec.ValidateForm(c.method, c.form, nil)); diff != "" {
			t.Errorf("%s %v: -want +got:\n%s", c.method, c.form, diff)
		}
	}
	if got := spec.ValidateForm("sendPhoto", map[string]string{"chat_id": "1"}, []string{"photo"}); got != nil {
		t.Errorf("an uploaded photo: %v", got)
	}
}

func TestTelegramNotesBrokenRequests(t *testing.T) {
	a := startTelegram(t, TelegramOptions{Spec: telegramSpecPath(t)})
	a.call("sendMessage", "chat_id", "1", "text", "hi", "reply_to_message_id", "4")
	if got := a.server.Findings(); len(got) != 1 || !strings.Contains(got[0], "reply_to_message_id") {
		t.Errorf("findings %q", got)
	}
}

func TestTelegramRefusals(t *testing.T) {
	a := startTelegram(t, TelegramOptions{})
	ada := a.server.Member("Ada", "en")
	chat := a.server.Private(ada)
	group := a.server.Group("Walkers")
	super := a.server.Upgrade(group)
	forum := a.server.Supergroup("Forum", true)
	blocked := a.server.Private(a.server.Member("Ben", "en"))
	a.server.Refuse(blocked, "bot was blocked by the user")
	id := func(c TelegramChat) string { return jsonText(c.ID) }
	for _, c := range []struct {
		name   string
		params []string
		code   int
		text   string
	}{
		{"fine", []string{"chat_id", id(chat), "text", "<b>hi</b> &amp; <a href=\"https://example.org\">go</a>", "parse_mode", "HTML"}, 0, ""},
		{"empty", []string{"chat_id", id(chat), "text", " \n"}, 400, "Bad Request: message text is empty"},
		{"only tags", []string{"chat_id", id(chat), "text", "<b></b>", "parse_mode", "HTML"}, 400, "Bad Request: message text is empty"},
		{"4096 units", []string{"chat_id", id(chat), "text", strings.Repeat("😀", 2048)}, 0, ""},
		{"4097 units", []string{"chat_id", id(chat), "text", strings.Repeat("😀", 2048) + "x"}, 400, "Bad Request: message is too long"},
		{"4096 units after parsing", []string{"chat_id", id(chat), "text", "<b>" + strings.Repeat("&amp;", 4096) + "</b>", "parse_mode", "HTML"}, 0, ""},
		{"too many bytes", []string{"chat_id", id(chat), "text", strings.Repeat("&amp;", 7000), "parse_mode", "HTML"}, 400, "Bad Request: text is too long"},
		{"open tag", []string{"chat_id", id(chat), "text", "<b>x", "parse_mode", "HTML"}, 400, `Bad Request: can't parse entities: Can't find end tag corresponding to start tag "b"`},
		{"no such chat", []string{"chat_id", "424242", "text", "x"}, 400, "Bad Request: chat not found"},
		{"blocked", []string{"chat_id", id(blocked), "text", "x"}, 403, "Forbidden: bot was blocked by the user"},
		{"upgraded", []string{"chat_id", id(group), "text", "x"}, 400, "Bad Request: group chat was upgraded to a supergroup chat"},
		{"general topic by name", []string{"chat_id", id(forum), "text", "x", "message_thread_id", "1"}, 400, "Bad Request: message thread not found"},
		{"thread of a supergroup", []string{"chat_id", id(super), "text", "x", "message_thread_id", "2"}, 400, "Bad Request: message thread not found"},
		{"reply to nothing", []string{"chat_id", id(chat), "text", "x", "reply_parameters", `{"message_id":999}`}, 400, "Bad Request: message to be replied not found"},
	} {
		got := a.call("sendMessage", c.params...)
		if got.OK != (c.code == 0) || got.Code != c.code || got.Description != c.text {
			t.Errorf("%s: %+v", c.name, got)
		}
		if c.name == "upgraded" && got.Parameters.Migrate != super.ID {
			t.Errorf("migrate_to_chat_id %d, want %d", got.Parameters.Migrate, super.ID)
		}
	}
	if got := a.call("sendTelepathy"); got.Code != 404 || len(a.server.Findings()) != 1 {
		t.Errorf("unknown method: %+v, findings %q", got, a.server.Findings())
	}
	other := telegramAPI{t: t, server: &Telegram{address: a.server.address, options: TelegramOptions{Token: "1:wrong"}}}
	if got := other.call("getMe"); got.Code != 401 || got.Description != "Unauthorized" {
		t.Errorf("wrong token: %+v", got)
	}
}

func TestTelegramEditAndDelete(t *testing.T) {
	a := startTelegram(t, TelegramOptions{})
	ada := a.server.Member("Ada", "en")
	chat := a.server.Private(ada)
	theirs := a.server.Say(chat, ada, "hello")
	id := jsonText
	a.call("sendMessage", "chat_id", id(chat.ID), "text", "one")
	ours := a.server.Messages(chat)[0]
	for _, c := range []struct{ method, message, text, want string }{
		{"editMessageText", id(int64(ours.ID)), "two", ""},
		{"editMessageText", id(int64(ours.ID)), "two", "Bad Request: message is not modified"},
		{"editMessageText", id(int64(theirs.ID)), "two", "Bad Request: message can't be edited"},
		{"editMessageText", "99", "two", "Bad Request: message to edit not found"},
		{"deleteMessage", id(int64(ours.ID)), "", ""},
		{"deleteMessage", id(int64(ours.ID)), "", "Bad Request: message to delete not found"},
	} {
		got := a.call(c.method, "chat_id", id(chat.ID), "message_id", c.message, "text", c.text)
		if !strings.HasPrefix(got.Description, c.want) || got.OK != (c.want == "") {
			t.Errorf("%s: %+v, want %q", c.method, got, c.want)
		}
	}
	if n := len(a.server.Messages(chat)); n != 0 {
		t.Errorf("%d messages after the deletion", n)
	}
}

func TestTelegramBodies(t *testing.T) {
	a := startTelegram(t, TelegramOptions{})
	a.call("setMyCommands", "commands", `[{"command":"a","description":"b"}]`, "language_code", "")
	a.post("setMyCommands", "application/json", strings.NewReader(`{"commands":[{"command":"j","description":"b"}],"language_code":"zh"}`))
	var body strings.Builder
	w := multipart.NewWriter(&body)
	_ = w.WriteField("commands", `[{"command":"m","description":"b"}]`)
	_ = w.WriteField("language_code", "de")
	_ = w.Close()
	a.post("setMyCommands", w.FormDataContentType(), strings.NewReader(body.String()))
	for language, want := range map[string]string{"": "a", "zh": "j", "de": "m"} {
		if got := a.server.Commands(language); len(got) != 1 || got[0] != want {
			t.Errorf("%q: commands %v, want %s", language, got, want)
		}
	}
	for _, bad := range []string{`[{"command":"A","description":"b"}]`, `[{"command":"a","description":""}]`, `{}`} {
		if got := a.call("setMyCommands", "commands", bad); got.Code != 400 {
			t.Errorf("%s: %+v", bad, got)
		}
	}
}

func TestTelegramLongPoll(t *testing.T) {
	a := startTelegram(t, TelegramOptions{})
	ada := a.server.Member("Ada", "en")
	chat := a.server.Private(ada)
	updates := func(params ...string) []int {
		t.Helper()
		got := a.call("getUpdates", params...)
		var list []struct {
			ID int `json:"update_id"`
		}
		if err := json.Unmarshal(got.Result, &list); err != nil {
			t.Fatalf("%+v: %v", got, err)
		}
		ids := []int{}
		for _, u := range list {
			ids = append(ids, u.ID)
		}
		return ids
	}
	if got := updates("timeout", "0"); len(got) != 0 {
		t.Errorf("updates before anything was said: %v", got)
	}
	time.AfterFunc(30*time.Millisecond, func() { a.server.Say(chat, ada, "one") })
	began := time.Now()
	if got := updates("timeout", "20"); len(got) != 1 || got[0] != 1000 || time.Since(began) > 5*time.Second {
		t.Errorf("the poll did not wake: %v after %s", got, time.Since(began))
	}
	a.server.Say(chat, ada, "two")
	a.server.Say(chat, ada, "three")
	if diff := cmp.Diff([]int{1000, 1001, 1002}, updates()); diff != "" {
		t.Errorf("unconfirmed updates come again, -want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]int{1001}, updates("offset", "1001", "limit", "1")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]int{1001, 1002}, a.server.Pending()); diff != "" {
		t.Errorf("pending -want +got:\n%s", diff)
	}
	for range 6 {
		updates("offset", "1001")
	}
	if got := a.server.Findings(); len(got) != 1 || !strings.Contains(got[0], "never confirmed") {
		t.Errorf("findings %q", got)
	}
}

func TestTelegramConflict(t *testing.T) {
	a := startTelegram(t, TelegramOptions{})
	older := make(chan telegramResult, 1)
	go func() { older <- a.call("getUpdates", "timeout", "30") }()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := a.server.Wait(ctx, func() bool { return len(a.server.Calls("getUpdates")) == 1 }); err != nil {
		t.Fatal(err)
	}
	for len(older) == 0 && ctx.Err() == nil { // the first may not wait yet
		a.call("getUpdates", "timeout", "0")
	}
	if got := <-older; got.Code != 409 || !strings.HasPrefix(got.Description, "Conflict: terminated by other getUpdates request") {
		t.Errorf("the older poll got %+v", got)
	}
	a.server.SetWebhook("https://example.org")
	if got := a.call("getUpdates"); got.Code != 409 || !strings.Contains(got.Description, "webhook is active") {
		t.Errorf("polled beside a webhook: %+v", got)
	}
	a.call("deleteWebhook")
	if got := a.call("getUpdates"); !got.OK {
		t.Errorf("after deleteWebhook: %+v", got)
	}
}

func TestTelegramAllowedUpdates(t *testing.T) {
	a := startTelegram(t, TelegramOptions{})
	ada := a.server.Member("Ada", "en")
	chat := a.server.Private(ada)
	m := a.server.Say(chat, ada, "one")
	a.server.EditMessage(m, "two")
	if n := len(a.server.Pending()); n != 2 {
		t.Errorf("%d updates by default, want 2", n)
	}
	a.call("getUpdates", "offset", "2000", "allowed_updates", `["message"]`)
	a.call("getUpdates", "allowed_updates", "null") // keeps the setting
	a.server.EditMessage(m, "three")
	a.server.Post(TelegramPost{Chat: a.server.Channel("News"), From: ada, Text: "news"})
	if n := len(a.server.Pending()); n != 0 {
		t.Errorf("%d updates that were not allowed", n)
	}
	a.server.Push("edited_message", map[string]any{})
	if n := len(a.server.Pending()); n != 1 {
		t.Error("a pushed update did not pass")
	}
}

func TestTelegramPrivacy(t *testing.T) {
	for _, readAll := range []bool{false, true} {
		a := startTelegram(t, TelegramOptions{ReadAll: readAll, Username: "mybot"})
		ada := a.server.Member("Ada", "en")
		group := a.server.Group("Walkers")
		a.call("sendMessage", "chat_id", jsonText(group.ID), "text", "hello")
		ours := a.server.Messages(group)[0]
		for text, seen := range map[string]bool{
			"hello": false, "@mybot hi": true, "@mybot2 hi": false, "/ask": true, "/ask@mybot": true, "/ask@other": false,
			"mail me@mybot.org": false, "😀 @MyBot": true,
		} {
			before := len(a.server.Pending())
			a.server.Say(group, ada, text)
			if got := len(a.server.Pending()) > before; got != (seen || readAll) {
				t.Errorf("privacy off %v: %q is seen: %v", readAll, text, got)
			}
		}
		before := len(a.server.Pending())
		a.server.Reply(ours, ada, "and?")
		if len(a.server.Pending()) == before {
			t.Error("a reply to the bot is not seen")
		}
	}
}

func TestTelegramFaults(t *testing.T) {
	a := startTelegram(t, TelegramOptions{})
	ada := a.server.Member("Ada", "en")
	chat := a.server.Private(ada)
	send := func() (telegramResult, *http.Response) {
		form := url.Values{"chat_id": {jsonText(chat.ID)}, "text": {"hi"}}
		return a.post("sendMessage", "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	}
	a.server.Fail(TelegramFault{Method: "sendMessage", Nth: 2, Times: 2, Status: 500, Text: "Internal Server Error: restart"})
	for i, want := range []int{0, 500, 500, 0} {
		if got, _ := send(); got.Code != want {
			t.Errorf("call %d: %+v, want %d", i+1, got, want)
		}
	}
	sent := len(a.server.Messages(chat))
	a.server.Fail(TelegramFault{Method: "sendMessage", Drop: DropBefore})
	if got, resp := send(); resp != nil || len(a.server.Messages(chat)) != sent {
		t.Errorf("dropped before: %+v, %d messages", got, len(a.server.Messages(chat)))
	}
	a.server.Fail(TelegramFault{Method: "sendMessage", Drop: DropAfter})
	if got, resp := send(); resp != nil || len(a.server.Messages(chat)) != sent+1 {
		t.Errorf("dropped after: %+v, %d messages", got, len(a.server.Messages(chat)))
	}
	a.server.Fail(TelegramFault{Status: 502, Body: "<html>"})
	if _, resp := send(); resp.StatusCode != 502 || resp.Header.Get("Content-Type") != "text/html" {
		t.Errorf("page: %v", resp)
	}
	a.server.Fail(TelegramFault{Status: 429, RetryAfter: 1, Text: "Too Many Requests: retry after 1"})
	if got, resp := send(); got.Parameters.RetryAfter != 1 || resp.Header.Get("Retry-After") != "1" {
		t.Errorf("429: %+v", got)
	}
	if n := len(a.server.Findings()); n != 0 {
		t.Errorf("findings %q", a.server.Findings())
	}
	send()
	if got := a.server.Findings(); len(got) != 1 || !strings.Contains(got[0], "too early") {
		t.Errorf("an impatient message is not noted: %q", got)
	}
}

func TestTelegramHTML(t *testing.T) {
	for in, want := range map[string]string{
		"a &lt;b&gt; &amp; &quot;c&quot; &#39; &copy; & x":  `a <b> & "c" ' &copy; & x []`,
		"<b>😀</b> <i>x</i>":                                 "😀 x [{bold 0 2  <nil>} {italic 3 1  <nil>}]",
		`<a href="https://e.org/?a=1&amp;b=&quot;">[1]</a>`: `[1] [{text_link 0 3 https://e.org/?a=1&b=" <nil>}]`,
		"<B>x</B>":         "x [{bold 0 1  <nil>}]",
		"<b><i>x</i></b>":  "x [{italic 0 1  <nil>} {bold 0 1  <nil>}]",
		"<b>x":             `error: Can't find end tag corresponding to start tag "b"`,
		"x</b>":            "error: Unexpected end tag at byte offset 1",
		"<b>x</i>":         `error: Unmatched end tag at byte offset 4, expected "</b>", found "</i>"`,
		"a < b":            "error: Unclosed start tag at byte offset 2",
		"<blink>x</blink>": `error: Unsupported start tag "blink" at byte offset 0`,
		"1 <3>":            `error: Unsupported start tag "3" at byte offset 2`,
		"<b>x</b":          "error: Unclosed end tag at byte offset 4",
	} {
		text, entities, err := ParseTelegramHTML(in)
		got := text + " " + fmt.Sprint(entities)
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", in, got, want)
		}
	}
}

func jsonText(n int64) string { data, _ := json.Marshal(n); return string(data) }

// Drafts are for private chats, under an id of their own, and keep to the limits
// of messages; a wait that one is told is none for the message.
func TestTelegramDrafts(t *testing.T) {
	a := startTelegram(t, TelegramOptions{Spec: telegramSpecPath(t)})
	ada := a.server.Member("Ada", "en")
	private, group := a.server.Private(ada), a.server.Supergroup("Group", false)
	chat := fmt.Sprint(private.ID)
	for _, tt := range []struct {
		name    string
		params  []string
		code    int
		finding string
	}{
		{"one", []string{"chat_id", chat, "draft_id", "7", "text", "<b>a</b> &amp; b", "parse_mode", "HTML"}, 200, ""},
		{"group", []string{"chat_id", fmt.Sprint(group.ID), "draft_id", "7", "text", "a"}, 400, "to a supergroup"},
		{"no id", []string{"chat_id", chat, "text", "a"}, 400, "missing draft_id"},
		{"id 0", []string{"chat_id", chat, "draft_id", "0", "text", "a"}, 400, `draft_id is "0"`},
		{"too long", []string{"chat_id", chat, "draft_id", "7", "text", strings.Repeat("x", 4097)}, 400, ""},
		{"bad markup", []string{"chat_id", chat, "draft_id", "7", "text", "<x>", "parse_mode", "HTML"}, 400, ""},
		{"unknown topic", []string{"chat_id", chat, "draft_id", "7", "text", "a", "message_thread_id", "5"}, 400, ""},
		{"unknown parameter", []string{"chat_id", chat, "draft_id", "7", "text", "a", "reply_parameters", "{}"}, 200, "unknown parameter reply_parameters"},
	} {
		before := len(a.server.Findings())
		r := a.call("sendMessageDraft", tt.params...)
		found := strings.Join(a.server.Findings()[before:], "\n")
		if r.OK != (tt.code == 200) || !r.OK && r.Code != tt.code || (found == "") != (tt.finding == "") || !strings.Contains(found, tt.finding) {
			t.Errorf("%s: %+v, findings %q", tt.name, r, found)
		}
	}
	drafts := a.server.Drafts(private)
	if len(drafts) != 2 || drafts[0].Text != "a & b" || drafts[0].ID != 7 || len(a.server.Messages(private)) != 0 {
		t.Errorf("drafts %+v", drafts)
	}

	before := len(a.server.Findings())
	a.server.Fail(TelegramFault{Method: "sendMessageDraft", Status: 429, Text: "Too Many Requests: retry after 60", RetryAfter: 60})
	draft := []string{"chat_id", chat, "draft_id", "8", "text", "a"}
	a.call("sendMessageDraft", draft...)
	if r := a.call("sendMessage", "chat_id", chat, "text", "a"); !r.OK || len(a.server.Findings()) != before {
		t.Errorf("a message after a draft that was told to wait: %+v, findings %q", r, a.server.Findings()[before:])
	}
	a.call("sendMessageDraft", draft...)
	a.call("sendMessageDraft", "chat_id", chat, "draft_id", "7", "text", "a")
	found := strings.Join(a.server.Findings()[before:], "\n")
	if strings.Count(found, "too early after retry_after") != 2 || !strings.Contains(found, "draft 7 after the message itself") {
		t.Errorf("findings %q", found)
	}
}
