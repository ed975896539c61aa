package bottest

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
)

var discordSpec = sync.OnceValues(func() (*DiscordSpec, error) { return LoadDiscordSpec(discordSpecPath()) })

func discordSpecPath() string {
	return filepath.Join(os.Getenv("WAYMARK_SHARED"), "specs", "discord", "openapi.json")
}

func startDiscord(t *testing.T, o DiscordOptions) *Discord {
	t.Helper()
	if os.Getenv("WAYMARK_SHARED") != "" {
		spec, err := discordSpec()
		if err != nil {
			t.Fatal(err)
		}
		o.Spec = spec
	}
	d, err := StartDiscord("127.0.0.1:0", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// A discordBot is the least that a bot can be: it speaks the protocol as it
// stands in Discord's documentation, without a library.
type discordBot struct {
	*Discord
	t  *testing.T
	ws *websocket.Conn
}

// request sends a REST request and returns the status and the body.
func (b discordBot) request(method, path string, body any) (int, discordMap) {
	b.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		b.t.Fatal(err)
	}
	if body == nil {
		data = nil
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.URL()+"/api/v9"+path, bytes.NewReader(data))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bot "+b.Token())
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	if res.StatusCode == http.StatusNoContent && (len(raw) > 0 || res.Header.Get("Content-Type") != "") {
		b.t.Errorf("%s %s: 204 with a body or a Content-Type", method, path)
	}
	var out discordMap
	_ = json.Unmarshal(raw, &out) // lists and pages are looked at by status only
	return res.StatusCode, out
}

// connect opens the gateway and reads hello.
func (b *discordBot) connect() {
	b.t.Helper()
	ws, _, err := websocket.DefaultDialer.DialContext(b.t.Context(), b.gatewayURL()+"/?v=9&encoding=json", nil)
	if err != nil {
		b.t.Fatal(err)
	}
	b.ws = ws
	b.t.Cleanup(func() { _ = ws.Close() })
	if e := b.read(); e.Op != discordOpHello {
		b.t.Fatalf("first packet %+v, want hello", e)
	}
}

type discordPacket struct {
	Op   int
	Seq  int64      `json:"s"`
	Type string     `json:"t"`
	Data discordMap `json:"d"`
	Code int        // of a close frame
}

// read returns the next packet; a close frame is one with only a code.
func (b *discordBot) read() discordPacket {
	b.t.Helper()
	_ = b.ws.SetReadDeadline(time.Now().Add(10 * time.Second))
	kind, data, err := b.ws.ReadMessage()
	var closed *websocket.CloseError
	if e, ok := err.(*websocket.CloseError); ok {
		closed = e
		return discordPacket{Op: -1, Code: closed.Code}
	}
	if err != nil {
		b.t.Fatal(err)
	}
	if kind == websocket.BinaryMessage {
		z, err := zlib.NewReader(bytes.NewReader(data))
		if err != nil {
			b.t.Fatal(err)
		}
		if data, err = io.ReadAll(z); err != nil {
			b.t.Fatal(err)
		}
	}
	var p discordPacket
	_ = json.Unmarshal(data, &p) // d of op 9 is no object
	return p
}

func (b *discordBot) send(op int, data any) {
	b.t.Helper()
	if err := b.ws.WriteJSON(discordMap{"op": op, "d": data}); err != nil {
		b.t.Fatal(err)
	}
}

const plainIntents = discordIntentGuilds | discordIntentGuildMessages | discordIntentDirectMessages

func (b *discordBot) identify(changes discordMap) {
	b.t.Helper()
	data := discordMap{"token": "Bot " + b.Token(), "intents": plainIntents, "properties": discordMap{"os": "x", "browser": "x", "device": "x"}}
	for k, v := range changes {
		data[k] = v
	}
	b.send(discordOpIdentify, data)
}

// begin connects and identifies, and returns the session's id.
func (b *discordBot) begin() string {
	b.t.Helper()
	b.connect()
	b.identify(nil)
	ready := b.read()
	if ready.Type != "READY" || b.read().Type != "GUILD_CREATE" {
		b.t.Fatalf("no READY and GUILD_CREATE after identify: %+v", ready)
	}
	return ready.Data["session_id"].(string)
}

func message(content string) discordMap {
	return discordMap{"content": content, "allowed_mentions": discordMap{"parse": []any{}}}
}

// What the server must complain of. Each needs the specification or the rules
// written by hand.
func TestDiscordFindings(t *testing.T) {
	with := func(m discordMap, key string, value any) discordMap {
		m[key] = value
		return m
	}
	command := func(changes discordMap) []any {
		c := discordMap{"name": "ask", "description": "Ask", "options": []any{discordMap{"type": 3, "name": "question", "description": "What", "required": true}}}
		for k, v := range changes {
			c[k] = v
		}
		return []any{c}
	}
	for name, test := range map[string]struct {
		route string
		body  any
		want  string // part of the one finding; "" is none
		spec  bool   // takes the specification
	}{
		"message in order":      {"message", message("hello"), "", false},
		"message too long":      {"message", message(strings.Repeat("x", 2001)), "limit 2000", false},
		"longest message":       {"message", message(strings.Repeat("x", 2000)), "", false},
		"counted in UTF-16":     {"message", message(strings.Repeat("😀", 1001)), "2002 units", false},
		"no content":            {"message", message(" "), "empty content", false},
		"no allowed mentions":   {"message", discordMap{"content": "x"}, "allowed_mentions", false},
		"parse is null":         {"message", discordMap{"content": "x", "allowed_mentions": discordMap{"parse": nil}}, "want an empty list", false},
		"mentions allowed":      {"message", discordMap{"content": "x", "allowed_mentions": discordMap{"parse": []any{"everyone"}}}, "allows some", false},
		"reply pings":           {"message", discordMap{"content": "x", "allowed_mentions": discordMap{"parse": []any{}, "replied_user": true}}, "allows some", false},
		"flag that may be set":  {"message", with(message("x"), "flags", 4), "", false},
		"flag of others":        {"message", with(message("x"), "flags", 64), "flags 64", false},
		"misspelt key":          {"message", with(message("x"), "contents", "y"), "body.contents is unknown", true},
		"misspelt key inside":   {"message", with(message("x"), "message_reference", discordMap{"message_id": "1", "fail_if_exists": false, "fail_if_not_exists": false}), "fail_if_exists is unknown", true},
		"wrong type":            {"message", with(message("x"), "tts", "yes"), "tts", true},
		"commands in order":     {"commands", command(nil), "", false},
		"command in capitals":   {"commands", command(discordMap{"name": "Ask"}), `"Ask" is not allowed`, false},
		"command twice":         {"commands", append(command(nil), command(nil)...), "there twice", false},
		"no description":        {"commands", command(discordMap{"description": ""}), "1 to 100", false},
		"description too long":  {"commands", command(discordMap{"description": strings.Repeat("x", 101)}), "1 to 100", false},
		"option after optional": {"commands", command(discordMap{"options": []any{discordMap{"type": 3, "name": "a", "description": "a"}, discordMap{"type": 3, "name": "b", "description": "b", "required": true}}}), "after optional", false},
		"localized name":        {"commands", command(discordMap{"name_localizations": discordMap{"zh-CN": "提 问"}}), "not allowed", false},
		"buttons in order":      {"message", with(message("x"), "components", discordButtons("a", "b")), "", false},
		"button id too long":    {"message", with(message("x"), "components", discordButtons(strings.Repeat("x", 101))), "custom_id", false},
		"button id twice":       {"message", with(message("x"), "components", discordButtons("a", "a")), "there twice", false},
		"too many buttons":      {"message", with(message("x"), "components", discordButtons("a", "b", "c", "d", "e", "f")), "1 to 5 buttons", false},
		"button without a row":  {"message", with(message("x"), "components", []any{discordMap{"type": 2, "style": 2, "label": "a", "custom_id": "a"}}), "want a row", false},
		"misspelt in a button":  {"message", with(message("x"), "components", []any{discordMap{"type": 1, "components": []any{discordMap{"type": 2, "style": 2, "label": "a", "custom_id": "a", "customid": "a"}}}}), "customid is unknown", true},
		"unknown route":         {"nowhere", message("x"), "no such route", false},
	} {
		t.Run(name, func(t *testing.T) {
			d := startDiscord(t, DiscordOptions{})
			if test.spec && d.options.Spec == nil {
				t.Skip("WAYMARK_SHARED is not set: no specification")
			}
			b := discordBot{Discord: d, t: t}
			switch test.route {
			case "message":
				b.request("POST", "/channels/"+d.Server().Channel+"/messages", test.body)
			case "commands":
				b.request("PUT", "/applications/"+d.Bot()+"/commands", test.body)
			default:
				b.request("POST", "/nowhere", test.body)
			}
			all := strings.Join(d.Findings(), "\n")
			if (test.want == "") != (all == "") || !strings.Contains(all, test.want) {
				t.Errorf("findings %q, want %q", all, test.want)
			}
		})
	}
}

// Answers have the shape that Discord's specification gives them.
func TestDiscordAnswerShapes(t *testing.T) {
	if os.Getenv("WAYMARK_SHARED") == "" {
		t.Skip("WAYMARK_SHARED is not set: no specification")
	}
	doc, err := openapi3.NewLoader().LoadFromFile(discordSpecPath())
	if err != nil {
		t.Fatal(err)
	}
	d := startDiscord(t, DiscordOptions{})
	b := discordBot{Discord: d, t: t}
	id := d.Say(d.Server(), d.Member(), "hello")
	for _, r := range []struct {
		method, path, pattern string
		body                  any
	}{
		{"GET", "/gateway", "/gateway", nil},
		{"GET", "/gateway/bot", "/gateway/bot", nil},
		{"GET", "/users/@me", "/users/@me", nil},
		{"POST", "/users/@me/channels", "/users/@me/channels", discordMap{"recipient_id": d.Member()}},
		{"GET", "/channels/" + d.Server().Channel, "/channels/{channel_id}", nil},
		{"GET", "/channels/" + d.Thread().Channel, "/channels/{channel_id}", nil},
		{"GET", "/channels/" + d.Direct(d.Member()).Channel, "/channels/{channel_id}", nil},
		{"POST", "/channels/" + d.Server().Channel + "/messages", "/channels/{channel_id}/messages",
			discordMap{"content": "hi", "allowed_mentions": discordMap{"parse": []any{}}, "message_reference": discordMap{"message_id": id}}},
	} {
		status, answer := b.request(r.method, r.path, r.body)
		schema := doc.Paths.Value(r.pattern).GetOperation(r.method).Responses.Value("200").Value.Content.Get("application/json").Schema.Value
		if err := schema.VisitJSON(answer, openapi3.EnableJSONSchema2020()); err != nil || status != http.StatusOK {
			t.Errorf("%s %s: status %d: %v", r.method, r.pattern, status, err)
		}
	}
	if f := d.Findings(); len(f) > 0 {
		t.Errorf("findings: %q", f)
	}
}

// A discordClock is set by the test.
type discordClock struct{ now time.Time }

func (c *discordClock) Now() time.Time { return c.now }

func TestDiscordInteractionClock(t *testing.T) {
	clock := &discordClock{now: time.Now()}
	d := startDiscord(t, DiscordOptions{Now: clock.Now})
	b := discordBot{Discord: d, t: t}
	if _, err := d.Slash(d.Server(), d.Member(), "help", nil); err == nil {
		t.Error("a command was sent that is not registered")
	}
	b.request("PUT", "/applications/"+d.Bot()+"/commands", []any{discordMap{"name": "help", "description": "Help"}})
	begin := func() (callback, webhook string) {
		t.Helper()
		id, err := d.Slash(d.Server(), d.Member(), "help", nil)
		if err != nil {
			t.Fatal(err)
		}
		token := ""
		for _, i := range d.interactions {
			if i.id == id {
				token = i.token
			}
		}
		return "/interactions/" + id + "/" + token + "/callback", "/webhooks/" + d.Bot() + "/" + token
	}
	steps := func(name string, want []int, do ...func() (int, discordMap)) {
		t.Helper()
		var got []int
		for _, step := range do {
			status, body := step()
			if code, ok := body["code"].(float64); ok {
				status = int(code)
			}
			got = append(got, status)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	callback, webhook := begin()
	deferred := func() (int, discordMap) { return b.request("POST", callback, discordMap{"type": 5}) }
	fill := func() (int, discordMap) { return b.request("PATCH", webhook+"/messages/@original", message("done")) }
	follow := func() (int, discordMap) { return b.request("POST", webhook, message("more")) }
	remove := func() (int, discordMap) { return b.request("DELETE", webhook+"/messages/@original", nil) }
	get := func() (int, discordMap) { return b.request("GET", webhook+"/messages/@original", nil) }
	after := func(d time.Duration, do func() (int, discordMap)) func() (int, discordMap) {
		return func() (int, discordMap) {
			clock.now = clock.now.Add(d)
			return do()
		}
	}
	steps("in time", []int{10015, 204, 40060, 200, 200, 200, 204, 10008, 50027},
		fill, after(2*time.Second, deferred), deferred, fill, get, after(14*time.Minute, follow), remove, fill, after(time.Minute, follow))
	callback, webhook = begin()
	steps("too late", []int{10062, 10015}, after(4*time.Second, deferred), fill)
	callback, webhook = begin()
	steps("follow-up takes the place of thinking", []int{204, 200, 200}, deferred, follow, get)
	if a := d.Answers(d.Server().Channel); len(a) != 2 || a[1].Content != "more" {
		t.Errorf("answers %+v", a)
	}
	steps("unknown", []int{10062, 10015},
		func() (int, discordMap) {
			return b.request("POST", "/interactions/1/x/callback", discordMap{"type": 5})
		},
		func() (int, discordMap) { return b.request("POST", "/webhooks/"+d.Bot()+"/x", message("x")) })
	if f := d.Findings(); len(f) > 0 {
		t.Errorf("findings: %q", f)
	}
}

func TestDiscordRefusesIdentify(t *testing.T) {
	for want, changes := range map[int]discordMap{
		4004: {"token": "Bot wrong"},
		4010: {"shard": []int{1, 1}},
		4013: {"intents": 1 << 18},
		4014: {"intents": plainIntents | discordIntentMessageContent},
	} {
		b := &discordBot{Discord: startDiscord(t, DiscordOptions{}), t: t}
		b.connect()
		b.identify(changes)
		if p := b.read(); p.Code != want {
			t.Errorf("%v: %+v, want close code %d", changes, p, want)
		}
	}
}

// Missed events are replayed in order and RESUMED ends them; a session that was
// closed with 1000 is lost.
func TestDiscordResume(t *testing.T) {
	d := startDiscord(t, DiscordOptions{})
	b := &discordBot{Discord: d, t: t}
	session := b.begin()
	d.DM(d.Member(), "one")
	last := b.read()
	d.DropGateway(false)
	d.DM(d.Member(), "two")
	d.DM(d.Member(), "three")

	resume := discordMap{"token": "Bot " + d.Token(), "session_id": session, "seq": last.Seq}
	b.connect()
	b.send(discordOpResume, resume)
	var got []string
	for p := b.read(); ; p = b.read() {
		got = append(got, fmt.Sprint(p.Type, p.Data["content"], p.Seq-last.Seq))
		if p.Type == "RESUMED" || len(got) > 5 {
			break
		}
	}
	if diff := cmp.Diff([]string{"MESSAGE_CREATEtwo1", "MESSAGE_CREATEthree2", "RESUMED<nil> 3"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	b.send(discordOpHeartbeat, last.Seq)
	if p := b.read(); p.Op != discordOpAck {
		t.Errorf("%+v, want an acknowledgement", p)
	}

	_ = b.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(time.Second))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := d.Wait(ctx, func() bool { return !d.Connected() }); err != nil {
		t.Fatal(err)
	}
	b.connect()
	b.send(discordOpResume, resume)
	if p := b.read(); p.Op != discordOpInvalid {
		t.Errorf("resume after 1000: %+v, want op 9", p)
	}
	b.identify(discordMap{"compress": true})
	if p := b.read(); p.Type != "READY" {
		t.Errorf("identify after op 9: %+v", p)
	}
	d.RefuseResumesWith(4009)
	b.connect()
	b.send(discordOpResume, resume)
	if p := b.read(); p.Code != 4009 {
		t.Errorf("%+v, want close code 4009", p)
	}
	want := DiscordCounts{Connects: 4, Identifies: 2, Resumes: 3, Heartbeats: 1}
	if diff := cmp.Diff(want, d.Counts()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Without the message content intent the bot reads what is meant for it only.
func TestDiscordMessageContent(t *testing.T) {
	for _, allowed := range []bool{false, true} {
		d := startDiscord(t, DiscordOptions{MessageContent: allowed})
		b := &discordBot{Discord: d, t: t}
		b.connect()
		intents := plainIntents
		if allowed {
			intents |= discordIntentMessageContent
		}
		b.identify(discordMap{"intents": intents})
		b.read()
		b.read()
		_, own := b.request("POST", "/channels/"+d.Server().Channel+"/messages", message("own"))
		answer := own["id"].(string)
		visible := map[string]bool{
			answer:                                                   true,
			d.Say(d.Server(), d.Member(), "plain"):                   allowed,
			d.Mention(d.Server(), d.Member(), "hey"):                 true,
			d.DM(d.Member(), "direct"):                               true,
			d.Reply(d.Server(), d.Member(), answer, "pinged", true):  true,
			d.Reply(d.Server(), d.Member(), answer, "silent", false): allowed,
		}
		for range len(visible) {
			p := b.read()
			if id := p.Data["id"].(string); visible[id] != (p.Data["content"] != "") {
				t.Errorf("intent %v: %v, want visible %v", allowed, p.Data["content"], visible[id])
			}
		}
	}
}

func TestDiscordRateLimits(t *testing.T) {
	d := startDiscord(t, DiscordOptions{MessageLimit: 2, MessageWindow: time.Hour})
	b := discordBot{Discord: d, t: t}
	post := func() int {
		status, _ := b.request("POST", "/channels/"+d.Server().Channel+"/messages", message("x"))
		return status
	}
	if got := []int{post(), post(), post()}; !slices.Equal(got, []int{200, 200, 429}) {
		t.Errorf("statuses %v", got)
	}
	time.Sleep(2 * discordLate) // past what counts as under way already
	if got := post(); got != 429 || len(d.Findings()) != 1 || !strings.Contains(d.Findings()[0], "before retry_after was over") {
		t.Errorf("status %d, findings %q", got, d.Findings())
	}
}

func TestDiscordText(t *testing.T) {
	for in, want := range map[string]string{
		`It goes north. \[[1](<https://a.example/x>)]\[2]`: "It goes north. [1][2]",
		`**bold** _it_ \*no\* \_no\_`:                      "bold it *no* _no_",
		"- item\n-# small\n## head":                        "• item\nsmall\nhead",
		"`a*b` `` c`d ``":                                  "a*b c`d",
		`[x](javascript:y) \<@1>`:                          "[x](javascript:y) <@1>",
		"see <https://a.example/a_b>.":                     "see https://a.example/a_b.",
		"@\u200beveryone":                                  "@everyone",
		`a \\ b \ c`:                                       `a \ b \ c`,
	} {
		if got := DiscordText(in); got != want {
			t.Errorf("DiscordText(%q) = %q, want %q", in, got, want)
		}
	}
	got := RenderDiscord(`\[[1](<https://a.example/x>)]`, func(label, url string) string { return label + " " + url })
	if got != "[1 https://a.example/x]" {
		t.Errorf("got %q", got)
	}
}
