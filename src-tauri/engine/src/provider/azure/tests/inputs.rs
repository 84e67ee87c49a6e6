use serde_json::json;

use super::*;

#[test]
fn what_was_pasted_is_understood() {
    for (field, pasted, saved) in [
        (
            "tenant_id",
            "{7C1B0E52-4F1D-4A86-9D0E-2B6F3A91C7D4}",
            TENANT,
        ),
        (
            "tenant_id",
            &format!("https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token")[..],
            TENANT,
        ),
        (
            "tenant_id",
            "Contoso.onmicrosoft.com",
            "contoso.onmicrosoft.com",
        ),
        (
            "client_id",
            " E5D80A37-1C64-4C39-8B72-90F4AB16D3E8 ",
            CLIENT,
        ),
        (
            "endpoint_url",
            "penstock-k3vq.westeurope-1.ingest.monitor.azure.com",
            DCE,
        ),
        (
            "endpoint_url",
            &format!("{DCE}/dataCollectionRules/{DCR}/streams/Custom-X?api-version=2023-01-01")[..],
            DCE,
        ),
        (
            "endpoint_url",
            "https://rule-k3vq-westeurope.logs.z1.ingest.monitor.azure.com/",
            "https://rule-k3vq-westeurope.logs.z1.ingest.monitor.azure.com",
        ),
        ("dcr_id", "DCR-4B7D0F1C9A3E46D2B85E6C01F7A9D3E2", DCR),
        ("dcr_id", "4b7d0f1c9a3e46d2b85e6c01f7a9d3e2", DCR),
        ("table_name", "InfisicalLogs_CL", "InfisicalLogs"),
        ("table_name", "Custom-Audit", "Custom-Audit"),
    ] {
        for again in [pasted, saved] {
            assert_eq!(with_field(field, again).details[field], saved, "{again}");
        }
    }
    for (table, stream) in [
        ("InfisicalLogs", "Custom-InfisicalLogs_CL"),
        ("InfisicalLogs_CL", "Custom-InfisicalLogs_CL"),
        ("Custom-Audit", "Custom-Audit"),
        ("Custom-InfisicalLogs_CL", "Custom-InfisicalLogs_CL"),
    ] {
        let mut details = details();
        details["stream_name"] = table.into();
        details
            .as_object_mut()
            .expect("object")
            .remove("table_name");
        let request = destination("azure", details, secrets()).request(&events(&["{}"]), None);
        assert!(
            request.shown_url.contains(&format!("/streams/{stream}?")),
            "{}",
            request.shown_url
        );
    }
}

#[test]
fn an_endpoint_brings_its_cloud_its_rule_and_its_stream_along() {
    let gov = with_field(
        "endpoint_url",
        "https://x.usgovvirginia-1.ingest.monitor.azure.us",
    );
    assert_eq!(gov.details["cloud"], "us_government");
    assert_eq!(gov.warnings[0].field, "cloud");
    let whole =
        format!("{DCE}/dataCollectionRules/{DCR}/streams/Custom-Audit?api-version=2023-01-01");
    let details = json!({ "tenant_id": TENANT, "client_id": CLIENT, "endpoint_url": whole });
    let it = connected("azure", details, secrets());
    assert_eq!(
        (&it.details["dcr_id"], &it.details["table_name"]),
        (&json!(DCR), &json!("Custom-Audit"))
    );
}

#[test]
fn what_is_something_else_is_answered_with_what_to_paste() {
    let resource =
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Insights/dataCollectionRules/audit";
    for (field, pasted, said) in [
        ("tenant_id", "common", "names none"),
        ("tenant_id", "Larkfield", "A tenant ID looks like"),
        ("client_id", "penstock", "not its name"),
        ("client_id", TENANT, "This is the tenant ID again"),
        (
            "endpoint_url",
            "https://portal.azure.com/#view/x",
            "page of the Azure portal",
        ),
        (
            "endpoint_url",
            "https://x.westeurope-1.metrics.ingest.monitor.azure.com",
            "endpoint for metrics",
        ),
        (
            "endpoint_url",
            "https://x.westeurope-1.handler.control.monitor.azure.com",
            "configuration access",
        ),
        (
            "endpoint_url",
            "https://11111111-2222.ods.opinsights.azure.com",
            "older Data Collector API",
        ),
        (
            "endpoint_url",
            &format!("https://management.azure.com{resource}")[..],
            "This is a resource ID",
        ),
        (
            "endpoint_url",
            "https://logs.example.com",
            "no ingestion endpoint",
        ),
        ("endpoint_url", "ftp://x", "starts with ftp://"),
        ("dcr_id", resource, "resource ID"),
        (
            "dcr_id",
            "dcr-infisical-audit",
            "looks like the name of the rule",
        ),
        ("dcr_id", CLIENT, "ID of something else"),
        ("table_name", "Infisical Logs", "starts with a letter"),
        ("table_name", "Custom-a/b", "name of a stream"),
        ("table_name", "", "missing. Step 4"),
        ("cloud", "mars", "one of public, us_government, china"),
    ] {
        let errors = refused("azure", with(field, pasted), secrets());
        assert_eq!(errors.len(), 1, "{pasted}: {errors:?}");
        assert!(
            errors[0].starts_with(&format!("{field}: ")) && errors[0].contains(said),
            "{pasted}: {errors:?}"
        );
    }
    for (pasted, said) in [
        (CLIENT, "This is the Secret ID"),
        ("a b", "one piece"),
        ("", "missing. Step 1"),
    ] {
        let errors = refused("azure", details(), json!({ "client_secret": pasted }));
        assert!(
            errors.len() == 1 && errors[0].contains(said),
            "{pasted}: {errors:?}"
        );
    }
}
