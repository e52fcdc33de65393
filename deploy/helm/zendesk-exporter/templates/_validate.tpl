{{- /*
What is refused before anything is installed: values with which the exporter would end with exit code 2 and restart for ever,
values that contradict each other, and a chart whose linked files are missing. Each refusal is one sentence. values.schema.json
refuses unknown names and wrong kinds of values before.
*/ -}}

{{- define "zendesk-exporter.filesAreMissing" -}}
{{- fail (printf "this copy of the chart does not contain %s, probably because its symbolic links were not kept: use the packaged chart oci://ghcr.io/zendesk-exporter/charts/zendesk-exporter, or a checkout that keeps symbolic links" .) -}}
{{- end -}}

{{- define "zendesk-exporter.validate" -}}
{{- include "zendesk-exporter.validatePod" . -}}
{{- $names := dict -}}
{{- $addresses := dict -}}
{{- range $index, $account := .Values.config.accounts -}}
{{- $arguments := dict "root" $ "account" $account "place" (printf "config.accounts[%d]" $index) -}}
{{- include "zendesk-exporter.validateAddress" $arguments -}}
{{- include "zendesk-exporter.validateAuth" $arguments -}}
{{- include "zendesk-exporter.validateDurations" $arguments -}}
{{- $subdomain := toString (default "" $account.subdomain) -}}
{{- $address := default (printf "https://%s.zendesk.com" $subdomain) $account.base_url | trimSuffix "/" -}}
{{- $host := regexReplaceAll "^https?://(\\[[^\\]]*\\]|[^:/]*).*$" $address "${1}" -}}
{{- $name := toString (default (default $host $subdomain) $account.name) -}}
{{- if hasKey $names $name -}}
{{- fail (printf "config.accounts[%d] and config.accounts[%d] have the same name %q: give each account its own name" (get $names $name) $index $name) -}}
{{- end -}}
{{- /* As the exporter compares addresses: in lower case, without the default port. */ -}}
{{- $key := regexReplaceAll "^(https://[^/]*):443(/|$)" (lower $address) "${1}${2}" -}}
{{- if hasKey $addresses $key -}}
{{- fail (printf "config.accounts[%d] and config.accounts[%d] have the same address %s: list the address once" (get $addresses $key) $index $key) -}}
{{- end -}}
{{- $_ := set $names $name $index -}}
{{- $_ := set $addresses $key $index -}}
{{- end -}}
{{- end -}}

{{- define "zendesk-exporter.validateAddress" -}}
{{- $subdomain := toString (default "" .account.subdomain) -}}
{{- $url := toString (default "" .account.base_url) -}}
{{- include "zendesk-exporter.validateFilledIn" (dict "section" .account "place" .place "keys" (list "subdomain" "base_url")) -}}
{{- if and $subdomain $url -}}
{{- fail (printf "%s has both subdomain and base_url: set one of them" .place) -}}
{{- else if not (or $subdomain $url) -}}
{{- fail (printf "%s.subdomain is empty: for https://acme.zendesk.com set it to acme" .place) -}}
{{- else if and $subdomain (not (regexMatch "^[a-z0-9][a-z0-9-]{0,62}$" $subdomain)) -}}
{{- fail (printf "%s.subdomain is not a subdomain: for https://acme.zendesk.com set it to acme" .place) -}}
{{- else if and $url (not (regexMatch "^https?://(\\[[0-9A-Fa-f:.]+\\]|[^][:/?#@\\s]+)(:[0-9]{1,5})?(/[^?#\\s]*)?$" $url)) -}}
{{- fail (printf "%s.base_url is not a URL like https://acme.zendesk.com: it must have no login, no ? and no #" .place) -}}
{{- end -}}
{{- $loopback := regexMatch "^http://(localhost|127\\.[0-9.]+|\\[::1\\])(:|/|$)" $url -}}
{{- if and (hasPrefix "http://" $url) (not $loopback) (ne "true" (toString .account.allow_http)) -}}
{{- fail (printf "%s.base_url would send the credentials unencrypted: use https, or set allow_http: true" .place) -}}
{{- end -}}
{{- end -}}

{{- /* As a word of its own: exchange-metrics is a possible name of an OAuth client. */ -}}
{{- define "zendesk-exporter.validateFilledIn" -}}
{{- range $key := .keys -}}
{{- if regexMatch "(?i)(^|\\PL)change-me(\\PL|$)" (toString (default "" (get $.section $key))) -}}
{{- fail (printf "%s.%s is the placeholder change-me: set the real value" $.place $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* A password may be any text. An apostrophe may stand inside an e-mail address. */ -}}
{{- define "zendesk-exporter.validateCharacters" -}}
{{- range $key := list "client_id" "client_secret" "access_token" "api_token" -}}
{{- if not (regexMatch "^[!#-&(-_a-~]*$" (toString (default "" (get $.auth $key)))) -}}
{{- fail (printf "%s.%s has white space, quotes or characters that are not ASCII: set it as Zendesk shows it" $.place $key) -}}
{{- end -}}
{{- end -}}
{{- $email := toString (default "" .auth.email) -}}
{{- if not (regexMatch "^([!#-&(-_a-~]([!#-_a-~]*[!#-&(-_a-~])?)?$" $email) -}}
{{- fail (printf "%s.email has white space, quotes or characters that are not ASCII: set only the address" .place) -}}
{{- end -}}
{{- if and (regexMatch "(?i)/token$" $email) (or .auth.api_token .auth.api_token_file) -}}
{{- fail (printf "%s.email ends in /token, which the exporter adds itself: set only the address" .place) -}}
{{- end -}}
{{- end -}}

{{- define "zendesk-exporter.validateAuth" -}}
{{- $auth := default dict .account.auth -}}
{{- $place := printf "%s.auth" .place -}}
{{- include "zendesk-exporter.validateFilledIn" (dict "section" $auth "place" $place "keys" (list "client_id" "client_secret" "access_token" "email" "api_token" "password")) -}}
{{- include "zendesk-exporter.validateCharacters" (dict "auth" $auth "place" $place) -}}
{{- $has := dict -}}
{{- range $key := list "client_secret" "access_token" "api_token" "password" -}}
{{- $file := get $auth (printf "%s_file" $key) -}}
{{- if and (get $auth $key) $file -}}
{{- fail (printf "%s has both %s and %s_file: set one of them" $place $key $key) -}}
{{- end -}}
{{- if $file -}}
{{- include "zendesk-exporter.validateFile" (dict "root" $.root "file" $file "place" (printf "%s.%s_file" $place $key)) -}}
{{- end -}}
{{- $_ := set $has $key (or (get $auth $key) $file) -}}
{{- end -}}
{{- $ways := list -}}
{{- if or $auth.client_id $has.client_secret -}}{{- $ways = append $ways "client_id with client_secret" -}}{{- end -}}
{{- if $has.access_token -}}{{- $ways = append $ways "access_token" -}}{{- end -}}
{{- if or $auth.email $has.api_token $has.password -}}{{- $ways = append $ways "email with api_token or password" -}}{{- end -}}
{{- if gt (len $ways) 1 -}}
{{- fail (printf "%s has more than one login (%s): keep one" $place (join ", " $ways)) -}}
{{- end -}}
{{- if and $has.client_secret (not $auth.client_id) -}}
{{- fail (printf "%s.client_id is empty: set it to the identifier of the OAuth client" $place) -}}
{{- else if and (or $has.api_token $has.password) (not $auth.email) -}}
{{- fail (printf "%s.email is empty: api_token and password need it" $place) -}}
{{- else if and $has.api_token $has.password -}}
{{- fail (printf "%s has both api_token and password: set one of them" $place) -}}
{{- end -}}
{{- $found := or $has.client_secret $has.access_token $has.api_token $has.password -}}
{{- if not (or $found (include "zendesk-exporter.hasCredentialsDirectory" .root)) -}}
{{- fail (printf "%s has no secret: set client_id and client_secret_file of an OAuth client" $place) -}}
{{- end -}}
{{- end -}}

{{- /* Not empty if the exporter looks for secrets in a directory that extraEnv names. */ -}}
{{- define "zendesk-exporter.hasCredentialsDirectory" -}}
{{- range .Values.extraEnv -}}
{{- if eq "CREDENTIALS_DIRECTORY" (toString .name) -}}true{{- end -}}
{{- end -}}
{{- end -}}

{{- define "zendesk-exporter.validateFile" -}}
{{- $path := toString .file -}}
{{- if not (hasPrefix "/" $path) -}}
{{- $path = printf "/etc/zendesk-exporter/%s" $path -}}
{{- end -}}
{{- $path = clean $path -}}
{{- $mounts := list "/var/lib/zendesk-exporter" -}}
{{- if .root.Values.existingSecret -}}{{- $mounts = append $mounts "/etc/zendesk-exporter/secrets" -}}{{- end -}}
{{- if .root.Values.webConfig.existingSecret -}}{{- $mounts = append $mounts "/etc/zendesk-exporter/web" -}}{{- end -}}
{{- range .root.Values.extraVolumeMounts -}}{{- $mounts = append $mounts (clean (toString .mountPath)) -}}{{- end -}}
{{- $mounted := false -}}
{{- range $mounts -}}
{{- if or (eq . $path) (hasPrefix (printf "%s/" (trimSuffix "/" .)) $path) -}}{{- $mounted = true -}}{{- end -}}
{{- end -}}
{{- if not $mounted -}}
{{- fail (printf "%s is %s, and no volume is mounted there: set existingSecret, or add extraVolumes and extraVolumeMounts" .place $path) -}}
{{- end -}}
{{- end -}}

{{- /* Durations must be within the exporter's bounds. An account's settings win over config.defaults. */ -}}
{{- define "zendesk-exporter.validateDurations" -}}
{{- $settings := mergeOverwrite (deepCopy (default dict .root.Values.config.defaults)) (deepCopy .account) -}}
{{- $isLoopback := regexMatch "^https?://(localhost|127\\.[0-9.]+|\\[::1\\])(:|/|$)" (toString .account.base_url) -}}
{{- range $bounds := list
  (list "export.poll_interval" (ternary "1s" "10s" $isLoopback) "1d")
  (list "export.list.fast_lane" (ternary "1s" "5s" $isLoopback) "1d")
  (list "export.list.verify.every" (ternary "1s" "10m" $isLoopback) "7d")
  (list "export.list.deleted.every" (ternary "1s" "1m" $isLoopback) "1d")
  (list "export.request_timeout" "1s" "10m")
  (list "export.replay.every" "1m" "365d")
  (list "export.replay.window" "1m" "1d")
  (list "export.resync.every" "1h" "365d")
  (list "export.search_counts.every" "1m" "7d")
  (list "retry.initial" "100ms" "1d")
  (list "retry.maximum" "100ms" "1d")
  (list "hold_new_series" "1s" "1h")
-}}
{{- $found := $settings -}}
{{- range $key := splitList "." (first $bounds) -}}
{{- if kindIs "map" $found -}}{{- $found = get $found $key -}}{{- end -}}
{{- end -}}
{{- if not (has (toString $found) (list "" "0" "<nil>")) -}}
{{- $length := include "zendesk-exporter.milliseconds" $found | int64 -}}
{{- $shortest := include "zendesk-exporter.milliseconds" (index $bounds 1) | int64 -}}
{{- $longest := include "zendesk-exporter.milliseconds" (index $bounds 2) | int64 -}}
{{- $isNever := and (eq 0 $length) (regexMatch "(replay|resync|search_counts)\\.every$|fast_lane|hold" (first $bounds)) -}}
{{- if not (or $isNever (and (ge $length $shortest) (le $length $longest))) -}}
{{- fail (printf "%s of %s is %s: set it, there or in config.defaults, to a duration from %s to %s" (first $bounds) $.place $found (index $bounds 1) (index $bounds 2)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $initial := default "1s" (dig "retry" "initial" "" $settings) -}}
{{- $maximum := default "5m" (dig "retry" "maximum" "" $settings) -}}
{{- if gt (include "zendesk-exporter.milliseconds" $initial | int64) (include "zendesk-exporter.milliseconds" $maximum | int64) -}}
{{- fail (printf "retry.initial of %s is %s, which is longer than retry.maximum (%s): lower initial or raise maximum" .place $initial $maximum) -}}
{{- end -}}
{{- end -}}

{{- define "zendesk-exporter.milliseconds" -}}
{{- $units := dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 "d" 86400000 -}}
{{- mul (regexFind "^[0-9]+" . | int64) (get $units (regexFind "[a-z]+$" .)) -}}
{{- end -}}

{{- define "zendesk-exporter.validatePod" -}}
{{- $values := .Values -}}
{{- range $flag := list "tls" "clientCertificates" -}}
{{- if and (get $values.webConfig $flag) (not $values.webConfig.existingSecret) -}}
{{- fail (printf "webConfig.%s needs webConfig.existingSecret, the Secret with web.yml" $flag) -}}
{{- end -}}
{{- end -}}
{{- if and $values.persistence.existingClaim (not $values.persistence.enabled) -}}
{{- fail "persistence.existingClaim is set, but persistence.enabled is false: enable persistence, or remove existingClaim" -}}
{{- end -}}
{{- /* The exporter uses ALL_PROXY only where there is no HTTPS_PROXY. */ -}}
{{- $proxies := list "HTTPS_PROXY" "ALL_PROXY" -}}
{{- range $values.extraEnv -}}
{{- if and (eq "HTTPS_PROXY" (upper (toString .name))) (or .value .valueFrom) -}}{{- $proxies = list "HTTPS_PROXY" -}}{{- end -}}
{{- end -}}
{{- range $values.extraEnv -}}
{{- $name := toString .name -}}
{{- $isAccount := regexMatch "^ZENDESK_(SUBDOMAIN|BASE_URL|ALLOW_HTTP|CLIENT_ID|EMAIL|(CLIENT_SECRET|ACCESS_TOKEN|API_TOKEN|PASSWORD)(_FILE)?)$" $name -}}
{{- if $isAccount -}}
{{- fail (printf "extraEnv sets %s, which the exporter does not accept beside config.accounts: set it under config.accounts" $name) -}}
{{- else if eq "ZENDESK_EXPORTER_WEB__TELEMETRY_PATH" $name -}}
{{- fail (printf "extraEnv sets %s, which the ServiceMonitor does not see: set config.web.telemetry_path" $name) -}}
{{- else if and (hasPrefix "ZENDESK_EXPORTER_" $name) (not (regexMatch "^ZENDESK_EXPORTER_(WEB|LOG|DEFAULTS)__[A-Z]" $name)) -}}
{{- fail (printf "extraEnv sets %s: the variables of the exporter begin with ZENDESK_EXPORTER_WEB__, ZENDESK_EXPORTER_LOG__ or ZENDESK_EXPORTER_DEFAULTS__" $name) -}}
{{- end -}}
{{- if and (has (upper $name) $proxies) .value (regexMatch "^[A-Za-z][A-Za-z0-9+.-]*://" .value) (not (regexMatch "^https?://" .value)) -}}
{{- fail (printf "extraEnv sets %s to a proxy of an unsupported kind: use http:// or https://" $name) -}}
{{- end -}}
{{- end -}}
{{- $flags := list -}}
{{- range $values.extraArgs -}}
{{- $flag := regexFind "^[^=]*" . -}}
{{- if has $flag $flags -}}
{{- fail (printf "extraArgs has %s twice: keep one" $flag) -}}
{{- end -}}
{{- $flags = append $flags $flag -}}
{{- end -}}
{{- $volumes := dict "config" true "state" true -}}
{{- if $values.existingSecret -}}{{- $_ := set $volumes "secrets" true -}}{{- end -}}
{{- if $values.webConfig.existingSecret -}}{{- $_ := set $volumes "web" true -}}{{- end -}}
{{- range $values.extraVolumes -}}
{{- if has (toString .name) (list "config" "state" "secrets" "web") -}}
{{- fail (printf "extraVolumes has the name %s, which is one of the chart's own volumes: use another name" .name) -}}
{{- end -}}
{{- $_ := set $volumes (toString .name) true -}}
{{- end -}}
{{- $paths := list "/" "/etc/zendesk-exporter" "/etc/zendesk-exporter/zendesk-exporter.yml" "/var/lib/zendesk-exporter" -}}
{{- if $values.existingSecret -}}{{- $paths = append $paths "/etc/zendesk-exporter/secrets" -}}{{- end -}}
{{- if $values.webConfig.existingSecret -}}{{- $paths = append $paths "/etc/zendesk-exporter/web" -}}{{- end -}}
{{- range $values.extraVolumeMounts -}}
{{- if not (hasKey $volumes (toString .name)) -}}
{{- fail (printf "extraVolumeMounts has the name %s, which is not in extraVolumes" .name) -}}
{{- end -}}
{{- if has (clean (toString .mountPath)) $paths -}}
{{- fail (printf "extraVolumeMounts mounts %s, which is a path of the chart or of another mount: use another path" .mountPath) -}}
{{- end -}}
{{- $paths = append $paths (clean (toString .mountPath)) -}}
{{- end -}}
{{- end -}}
