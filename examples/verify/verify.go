// Verifies a webhook request as the documentation of the custom channel tells: HMAC-SHA256 over the raw body in
// hex, compared in constant time, and then no older than five minutes.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"
)

const tolerance = 5 * time.Minute

func verify(rawBody []byte, signature, secret string, now time.Time) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(rawBody)
	expected := hex.EncodeToString(mac.Sum(nil))
	if !hmac.Equal([]byte(expected), []byte(signature)) {
		return "bad-signature"
	}
	var event struct {
		Timestamp *int64 `json:"timestamp"`
	}
	if json.Unmarshal(rawBody, &event) != nil || event.Timestamp == nil {
		return "bad-timestamp"
	}
	if age := now.Sub(time.UnixMilli(*event.Timestamp)); age > tolerance || age < -tolerance {
		return "bad-timestamp"
	}
	return "ok"
}

type request struct {
	Body      string `json:"body"`
	Signature string `json:"signature"`
	Secret    string `json:"secret"`
	NowMs     *int64 `json:"now"`
}

// One request a line: {"body", "signature", "secret", "now"?}. One verdict a line.
func main() {
	requests := json.NewDecoder(os.Stdin)
	for {
		var next request
		if err := requests.Decode(&next); err == io.EOF {
			return
		} else if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		now := time.Now()
		if next.NowMs != nil {
			now = time.UnixMilli(*next.NowMs)
		}
		fmt.Println(verify([]byte(next.Body), next.Signature, next.Secret, now))
	}
}
