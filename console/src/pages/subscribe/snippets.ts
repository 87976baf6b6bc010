// Code that verifies a delivery in six languages, with the standard library of each alone.
export interface Snippet {
  language: string;
  code: string;
}

export const kSnippets: Snippet[] = [
  {
    language: 'JavaScript',
    code: `import { createHmac, timingSafeEqual } from 'node:crypto';

// secret: whsec_…  headers: lower-case names  body: the raw bytes, before any parsing
export function verify(secret, headers, body) {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const id = headers['webhook-id'], at = headers['webhook-timestamp'];
  if (Math.abs(Date.now() / 1000 - Number(at)) > 300) return false; // too old: a replay
  const wanted = createHmac('sha256', key).update(\`\${id}.\${at}.\`).update(body).digest();
  return headers['webhook-signature'].split(' ').some(part => {
    const given = Buffer.from(part.split(',')[1] ?? '', 'base64');
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  });
}`,
  },
  {
    language: 'Python',
    code: `import base64, hashlib, hmac, time

# secret: whsec_…  headers: lower-case names  body: the raw bytes, before any parsing
def verify(secret, headers, body):
    key = base64.b64decode(secret.removeprefix("whsec_"))
    at = headers["webhook-timestamp"]
    if abs(time.time() - int(at)) > 300:
        return False  # too old: a replay
    signed = f"{headers['webhook-id']}.{at}.".encode() + body
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(part.partition(",")[2], wanted)
               for part in headers["webhook-signature"].split(" "))`,
  },
  {
    language: 'Go',
    code: `package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// body: the raw bytes, before any parsing.
func Verify(secret string, h http.Header, body []byte) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	at, bad := strconv.ParseInt(h.Get("webhook-timestamp"), 10, 64)
	if err != nil || bad != nil || math.Abs(float64(time.Now().Unix()-at)) > 300 {
		return false // too old: a replay
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(h.Get("webhook-id") + "." + h.Get("webhook-timestamp") + "."))
	mac.Write(body)
	wanted := mac.Sum(nil)
	for _, part := range strings.Fields(h.Get("webhook-signature")) {
		_, text, _ := strings.Cut(part, ",")
		given, err := base64.StdEncoding.DecodeString(text)
		if err == nil && hmac.Equal(given, wanted) {
			return true
		}
	}
	return false
}`,
  },
  {
    language: 'Ruby',
    code: `require "openssl"

# secret: whsec_…  headers: lower-case names  body: the raw bytes, before any parsing
def verify(secret, headers, body)
  key = secret.delete_prefix("whsec_").unpack1("m")
  at = headers["webhook-timestamp"]
  return false if (Time.now.to_i - at.to_i).abs > 300 # too old: a replay
  mac = OpenSSL::HMAC.digest("SHA256", key, "#{headers["webhook-id"]}.#{at}.#{body}")
  wanted = [mac].pack("m0")
  headers["webhook-signature"].split(" ").any? do |part|
    given = part.split(",", 2)[1].to_s
    given.bytesize == wanted.bytesize && OpenSSL.fixed_length_secure_compare(given, wanted)
  end
end`,
  },
  {
    language: 'PHP',
    code: `<?php
// $secret: whsec_…  $headers: lower-case names  $body: file_get_contents('php://input')
function verify(string $secret, array $headers, string $body): bool {
    $key = base64_decode(substr($secret, strlen('whsec_')));
    $at = $headers['webhook-timestamp'];
    if (abs(time() - (int) $at) > 300) return false; // too old: a replay
    $signed = $headers['webhook-id'] . '.' . $at . '.' . $body;
    $wanted = base64_encode(hash_hmac('sha256', $signed, $key, true));
    foreach (explode(' ', $headers['webhook-signature']) as $part) {
        if (hash_equals($wanted, explode(',', $part, 2)[1] ?? '')) return true;
    }
    return false;
}`,
  },
  {
    language: 'Java',
    code: `import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

class Webhook {
  // headers: lower-case names; body: the raw bytes, before any parsing
  static boolean verify(String secret, Map<String, String> headers, byte[] body) throws Exception {
    String at = headers.get("webhook-timestamp");
    if (Math.abs(Instant.now().getEpochSecond() - Long.parseLong(at)) > 300) return false; // too old: a replay
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.substring("whsec_".length())), "HmacSHA256"));
    mac.update((headers.get("webhook-id") + "." + at + ".").getBytes());
    byte[] wanted = Base64.getEncoder().encode(mac.doFinal(body));
    for (String part : headers.get("webhook-signature").split(" ")) {
      if (MessageDigest.isEqual(wanted, part.substring(part.indexOf(',') + 1).getBytes())) return true;
    }
    return false;
  }
}`,
  },
];
