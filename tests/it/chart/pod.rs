//! What values change in the pod, its volumes and its network.

use clap::CommandFactory as _;
use serde_json::{Value, json};

use super::{CHART, of_kind, refusal_of, rendered, values, values_with_everything, with};
use crate::packaging::texts;

/// The pod's specification.
fn pod(objects: &[Value]) -> &Value {
    &of_kind(objects, "StatefulSet")[0]["spec"]["template"]["spec"]
}

#[test]
fn variables_flags_and_volumes_can_be_added_to_the_container() {
    let mut values = values();
    values["extraEnv"] = json!([
        { "name": "HTTPS_PROXY", "value": "http://proxy.example.com:3128" },
        { "name": "TOKEN", "valueFrom": { "secretKeyRef": { "name": "other", "key": "token" } } },
    ]);
    values["extraArgs"] = json!(["--log.level=debug", "--web.enable-lifecycle"]);
    values["extraVolumes"] = json!([{ "name": "ca", "configMap": { "name": "company-ca" } }]);
    let mount = json!({ "name": "ca", "mountPath": "/etc/ssl/private-ca", "readOnly": true });
    values["extraVolumeMounts"] = json!([mount]);
    let objects = rendered(&values);
    let container = &pod(&objects)["containers"][0];
    assert_eq!(container["env"], values["extraEnv"]);
    let flags = texts(container, "args");
    assert_eq!(
        flags[flags.len() - 2..],
        ["--log.level=debug", "--web.enable-lifecycle"]
    );
    let listed = |list: &Value| list.as_array().expect("a list").clone();
    assert!(listed(&container["volumeMounts"]).contains(&mount));
    assert!(listed(&pod(&objects)["volumes"]).contains(&values["extraVolumes"][0]));
    let without = rendered(&self::values());
    assert_eq!(pod(&without)["containers"][0].get("env"), None);
}

#[test]
fn every_flag_is_set_by_the_chart_or_can_be_added_or_is_named_here() {
    let values = with(values(), "/webConfig", json!({ "existingSecret": "web" }));
    let objects = rendered(&values);
    let set = texts(&pod(&objects)["containers"][0], "args").join(" ");
    // Sockets are systemd's, and the ServiceMonitor must know the path: it is config.web.telemetry_path.
    let elsewhere = ["web.systemd-socket", "web.telemetry-path"];
    let command = zendesk_exporter::commands::cli::Cli::command();
    let names = command.get_arguments().filter_map(clap::Arg::get_long);
    let added: Vec<Value> = names
        .filter(|name| {
            let is_set = set.contains(&format!("--{name}="));
            !is_set && !elsewhere.contains(name) && *name != "help"
        })
        .map(|name| match name {
            "log.level" => json!("--log.level=warn"),
            "log.format" => json!("--log.format=json"),
            switch => json!(format!("--{switch}")),
        })
        .collect();
    assert_eq!(added.len(), 3, "{added:?}");
    let values = with(values, "/extraArgs", Value::from(added));
    assert_eq!(refusal_of(CHART, &values), None);
}

#[test]
fn the_network_policy_opens_the_ports_that_are_listed_and_no_others() {
    let egress = |values: &Value| {
        let objects = rendered(values);
        of_kind(&objects, "NetworkPolicy")[0]["spec"]["egress"].clone()
    };
    let tcp = |port: u16| json!({ "port": port, "protocol": "TCP" });
    let names = json!({ "ports": [{ "port": 53, "protocol": "UDP" }, tcp(53)] });
    let mut values = with(values(), "/networkPolicy", json!({ "enabled": true }));
    assert_eq!(egress(&values), json!([names, { "ports": [tcp(443)] }]));
    let peers = json!([{ "ipBlock": { "cidr": "192.0.2.0/24" } }]);
    let more = json!({ "ports": [{ "port": 5353, "protocol": "UDP" }] });
    values["networkPolicy"] = json!({
        "enabled": true, "ports": [443, 3128, 8443], "to": peers, "extraEgress": [more],
    });
    assert_eq!(
        egress(&values),
        json!([names, { "ports": [tcp(443), tcp(3128), tcp(8443)], "to": peers }, more])
    );
}

#[test]
fn the_watchdog_is_left_out_unless_it_is_asked_for() {
    let alerts = |values: &Value| {
        let objects = rendered(values);
        of_kind(&objects, "PrometheusRule")[0].to_string()
    };
    let rules = with(values(), "/prometheusRule", json!({ "enabled": true }));
    assert!(!alerts(&rules).contains("\"Watchdog\""));
    let watched = with(rules, "/prometheusRule/watchdog", json!(true));
    assert!(alerts(&watched).contains("\"Watchdog\""));
}

#[test]
fn security_contexts_can_be_changed_and_fields_left_out() {
    let values = with(
        values(),
        "/podSecurityContext",
        json!({ "runAsUser": null, "runAsGroup": null, "fsGroup": null, "supplementalGroups": [7] }),
    );
    let values = with(
        values,
        "/securityContext",
        json!({ "readOnlyRootFilesystem": false }),
    );
    let objects = rendered(&values);
    assert_eq!(
        pod(&objects)["securityContext"],
        json!({
            "runAsNonRoot": true,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": { "type": "RuntimeDefault" },
            "supplementalGroups": [7],
        })
    );
    let container = &pod(&objects)["containers"][0]["securityContext"];
    assert_eq!(container["readOnlyRootFilesystem"], false);
    assert_eq!(container["allowPrivilegeEscalation"], false);
}

#[test]
fn the_state_is_on_a_claim_of_the_chart_or_an_existing_one_or_on_none() {
    let state = |values: &Value| {
        let objects = rendered(values);
        let set = of_kind(&objects, "StatefulSet")[0]["spec"].clone();
        let volumes = set["template"]["spec"]["volumes"]
            .as_array()
            .expect("volumes");
        let volume = volumes
            .iter()
            .find(|volume| volume["name"] == "state")
            .cloned();
        (set.get("volumeClaimTemplates").is_some(), volume)
    };
    assert_eq!(state(&values()), (true, None));
    let existing = with(values(), "/persistence", json!({ "existingClaim": "old" }));
    let claimed = json!({ "name": "state", "persistentVolumeClaim": { "claimName": "old" } });
    assert_eq!(state(&existing), (false, Some(claimed)));
    let none = with(values(), "/persistence", json!({ "enabled": false }));
    let lost = json!({ "name": "state", "emptyDir": {} });
    assert_eq!(state(&none), (false, Some(lost)));
}

#[test]
fn an_update_replaces_a_pod_that_never_became_ready_and_a_start_may_take_minutes() {
    let objects = rendered(&values());
    let set = &of_kind(&objects, "StatefulSet")[0]["spec"];
    assert_eq!(set["podManagementPolicy"], "Parallel");
    let probe = &pod(&objects)["containers"][0]["startupProbe"];
    let seconds = |probe: &Value| {
        let number = |key: &str| probe[key].as_u64().expect("a number");
        number("periodSeconds") * number("failureThreshold")
    };
    assert!(seconds(probe) >= 300, "{probe}");
    let longer = with(
        values(),
        "/startupProbe",
        json!({ "failureThreshold": 900 }),
    );
    assert_eq!(
        seconds(&pod(&rendered(&longer))["containers"][0]["startupProbe"]),
        1_800
    );
}

#[test]
fn probes_and_scrape_speak_what_the_web_config_file_asks_for() {
    let probes = |web_config: Value| {
        let values = with(values_with_everything(), "/webConfig", web_config);
        let objects = rendered(&values);
        let container = pod(&objects)["containers"][0].clone();
        let probes: Vec<Value> = ["startupProbe", "livenessProbe", "readinessProbe"]
            .map(|probe| container[probe].clone())
            .into();
        let endpoint = of_kind(&objects, "ServiceMonitor")[0]["spec"]["endpoints"][0].clone();
        (probes, endpoint["scheme"].clone())
    };
    let (plain, scheme) = probes(json!({ "existingSecret": "web", "tls": false }));
    assert!(
        plain
            .iter()
            .all(|probe| probe["httpGet"]["scheme"] == "HTTP")
    );
    assert_eq!(scheme, Value::Null);
    let (tls, scheme) = probes(json!({ "existingSecret": "web", "tls": true }));
    assert!(
        tls.iter()
            .all(|probe| probe["httpGet"]["scheme"] == "HTTPS")
    );
    assert_eq!(scheme, "https");
    let all = json!({ "existingSecret": "web", "tls": true, "clientCertificates": true });
    for probe in probes(all).0 {
        assert_eq!(probe["tcpSocket"], json!({ "port": "metrics" }));
        assert_eq!(probe.get("httpGet"), None);
    }
}
