//! Samples of what each detector must find, and of what none may.

use super::*;

/// What must be found: the rule, the text before it, the text.
const FIRES: [(Rule, &str, &str); 56] = [
    (Rule::AccessKeyId, "key ", "AKIAIOSFODNN7EXAMPLE"),
    (Rule::AccessKeyId, "\"", "ASIAY34FZKBOKMUTVV7A\""),
    (Rule::AccessKeyId, "", "AROA4EXAMPLEEXAMPLEAB:session"),
    (Rule::AccessKeyId, "", "AIDACKCEVSQ6C2EXAMPLE"),
    (Rule::AccessKeyId, "/", "ABIA3EXAMPLEEXAMPLE7"),
    (Rule::AccessKeyId, "/", "ACCA3EXAMPLEEXAMPLE7"),
    (Rule::AccessKeyId, "/", "AGPA3EXAMPLEEXAMPLE7"),
    (Rule::AccessKeyId, "/", "AIPA3EXAMPLEEXAMPLE7"),
    (Rule::AccessKeyId, "/", "ANPA3EXAMPLEEXAMPLE7"),
    (Rule::AccessKeyId, "/", "ANVA3EXAMPLEEXAMPLE7"),
    (Rule::AccessKeyId, "/", "APKA3EXAMPLEEXAMPLE7"),
    (Rule::AccessKeyId, "/", "ASCA3EXAMPLEEXAMPLE7"),
    (Rule::AccessKeyId, "/", "A3TX3EXAMPLEEXAMPLE7"),
    (Rule::AccessKeyId, "/", "AKID3EXAMPLEEXAMPLE7"),
    (Rule::AccessKeyId, "/", "ABSK3EXAMPLEEXAMPLE7"),
    (Rule::AccessKeyId, "=", "ABSKQmVkcm9ja0FQSUtleS1leGFtcGxlLWF0LTEyMw=="),
    (Rule::SecretKey, "secret=", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    (Rule::SecretKey, "\"", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY\""),
    (Rule::SecretKey, "", "Zk3mQ9vX1pR7tB5nW2cL8sD4gH6jK0aYfE7uI1oP"),
    (Rule::SecretKey, "", "Zk3mQ9vX1pR7tB5nW2cL8sD4gH6jK0aYfE7uI1o%2F"),
    (Rule::SessionToken, "", "IQoJb3JpZ2luX2VjEPT//////////wEaCXVzLWVhc3QtMSJIMEYCIQDqxyzzyxTTzzyyZZxyzyxZ0000"),
    (
        Rule::SessionToken,
        "{\"t\":\"",
        "FwoGZXIvYXdzEBYaDHdvcmtpbmcrdGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0\"}",
    ),
    (
        Rule::SessionToken,
        "",
        "IQoJb3JpZ2luX2VjEPT%2F%2F%2F%2F%2F%2F%2F%2F%2F%2FwEaCXVzLWVhc3QtMSJIMEYCIQDqxyzzyxTTzzyy",
    ),
    (Rule::SessionToken, "X-Amz-Security-Token: ", "opaque/of+any/beginning=="),
    (Rule::SessionToken, "\"x-amz-security-token\": \"", "opaque/of+any/beginning==\""),
    (Rule::SessionToken, "?X-Amz-Security-Token=", "opaque-of-any-beginning&x"),
    (Rule::Signature, "Signature=", "fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024"),
    (Rule::Signature, "Authorization: ", "AWS4-HMAC-SHA256 Credential=x"),
    (Rule::Signature, "authorization: ", "Bearer-of-something"),
    (Rule::Signature, "20230323/us-east-1/medical-imaging/", "aws4_request"),
    (Rule::Signature, "20230323%2Fus-east-1%2Fmedical-imaging%2F", "aws4_request"),
    (Rule::PresignedUrl, "https://h/p?", "X-Amz-Credential=AKID%2F20230323"),
    (Rule::PresignedUrl, "&", "X-Amz-Signature=fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024"),
    (Rule::PresignedUrl, "?", "AWSAccessKeyId=something"),
    (Rule::Jwt, "Bearer ", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP"),
    (Rule::Pem, "", "-----BEGIN RSA PRIVATE KEY-----"),
    (Rule::Pem, "x", "-----BEGIN CERTIFICATE-----"),
    (Rule::AccountId, "\"", "123456789012\""),
    (Rule::AccountId, "account ", "210987654321"),
    (Rule::AccountId, "/", "210987654321.dkr.ecr.us-east-1"),
    (Rule::AccountId, "bucket-", "210987654321-us-east-1"),
    (Rule::AccountId, "id%3D", "210987654321"),
    (Rule::Arn, "is ", "arn:aws:medical-imaging:us-east-1:x:datastore/y"),
    (Rule::Arn, "", "arn:aws:press:eu-west-1:000012345678:job/1"),
    (Rule::Arn, "", "arn:aws-us-gov:s3:::bucket"),
    (Rule::Arn, "", "arn%3Aaws%3As3%3A%3A%3Abucket"),
    (Rule::Email, "to ", "jane.doe+tag@example.co.uk."),
    (Rule::Email, "", "jane%40example.com"),
    (Rule::Email, "<", "jörg@exämple.de>"),
    (Rule::DicomUid, "\"", "1.2.840.113619.2.55.3.604688119.969.1268071029.320\""),
    (Rule::DicomUid, "", "2.25.329800735698586629295641978511506172918"),
    (Rule::DicomUid, "", "1.3.6.1.4.1.14519.5.2.1.6279.6001.298806137288633453246975630178"),
    (Rule::DicomUid, "", "1.2.826.0.1.3680043.8.498.1"),
    (Rule::PersonName, "", "Doe^John"),
    (Rule::PersonName, "\"", "Müller^^Jörg\""),
    (Rule::PersonName, "n=", "Doe%5EJohn"),
];

/// What is no secret: what redaction writes, and what looks like one of the above.
const STAYS_SILENT: [&str; 60] = [
    "arn:aws:press:0:000000000000:job/0001",
    "000000000010",
    "/datastore/datastore00000000000000000000001/imageSet/imageset000000000000000000000001/listImageSetVersions",
    "datastore0000000000000000000012",
    "00000000000000000000000000000001",
    "00000000-0000-4000-8000-000000000001",
    "00000000-0000-4000-8000-000000123456",
    "0000000000000001",
    "page-token-0001",
    "page-token-0001xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "1.262304000753E9",
    "1262304000.123456789",
    "1.262304000753123456E9",
    "1.123456789012",
    "{\"createdAt\":1.262304000753E9,\"updatedAt\":1262304099.01}",
    "1000000000001",
    "2010-01-01T00:00:00.123456789Z",
    "Fri, 01 Jan 2010 00:00:00 GMT",
    "redacted free text, 41 characters",
    "malformed-01",
    "é01",
    "unmodelled-01",
    "UnmodelledError1",
    "unknownMember1",
    "/unroutable-1",
    "attempt=1; max=3",
    "application/json; charset=utf-8",
    "AWS4-HMAC-SHA256 medical-imaging host;x-amz-date;x-amz-security-token;x-amz-user-agent valid",
    "signature: AWS4-HMAC-SHA256 medical-imaging host;x-amz-date valid",
    "spec_sha256: 961bb6b3d1d0b3cce8100a92f2e8b5c3b83c00dc50c3d4c3ae5434a98f3cfe45",
    "exchanges_sha256: 3c2a644a0b4969340ac88b20dcded4d616fe6359d8b98f990a746f1a413beed2",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "recorded_at: \"2026-11-23T18:04:05Z\"",
    "policy 1; identifier 8, token 2, time 4, free-text 1, dropped headers 14",
    "retake 0.1.0 aws-sdk-rust/1.7.0 api/medicalimaging/1.127.0 os/linux",
    "127.0.0.1:8080 and 1.127.0 and 10.20.30.40",
    "1.2.840.10008.1.2.1",
    "1.2.3.4.5.6",
    "01.2.840.113619.2.55.3.604688119",
    "version 1234567890123 of 12345678901",
    "x123456789012 123456789012x 1_123456789012 123456789012_1",
    "COPYING_WITH_READ_ONLY_ACCESS UPDATING_FOR_STUDY_CONSISTENCY",
    "ASIA ASIAPACIFIC ASIA-PACIFIC-SOUTHEAST AKIA",
    "akiaiosfodnn7example",
    "AKIAiosfodnn7EXAMPLE",
    "imageSetPropertiesList/imageSetWorkflowS",
    "listImageSetVersionsListImageSetVersions",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "arn:awful:thing arn:aws arn:aws:",
    "@aws-sdk/client-medical-imaging jane@localhost jane@1.2.3 @example.com jane@example.",
    "[^abc] ^foo^ a^b 2^10 x ^ y",
    "eyJ eyJhbGciOiJIUzI1NiJ9 eyJhbGciOiJIUzI1NiJ9.eyJ.x",
    "-----BEGIN -----  ----BEGIN X-----",
    "Signature=abc, Credential=, signature",
    "x-amz-security-token",
    "https://medical-imaging.us-east-1.amazonaws.com",
    "100% of 50%zz \\ \\u12",
    "{\"message\":\"redacted free text, 12 characters\",\"__type\":\"ValidationException\"}",
    "TUlJRW93SUJBQUtDQVFFQQ==",
    "",
];

#[test]
fn finds_every_sample_of_every_rule() {
    for (rule, before, sample) in FIRES {
        let text = format!("{before}{sample}");

        let found = scan(&text);

        let expected = Detection { offset: before.len(), rule };
        assert!(found.contains(&expected), "{rule:?} in {text:?}: {found:?}");
    }
    let is_sampled = |rule: &Rule| *rule == Rule::Forbidden || FIRES.iter().any(|(known, ..)| known == rule);
    assert!(Rule::ALL.iter().all(is_sampled));
}

#[test]
fn stays_silent_on_stand_ins_and_likenesses() {
    for text in STAYS_SILENT {
        assert_eq!(scan(text), [], "{text}");
    }
}

#[test]
fn looks_behind_json_escapes_and_tells_where_they_stood() {
    let text = r#"{"a":"\u0044oe\u005eJohn","b":"\u0031\u0032345678901\u0032"}"#;

    let found = scan(text);

    assert_eq!(
        found,
        [
            Detection { offset: 6, rule: Rule::PersonName },
            Detection { offset: text.find("\\u0031").unwrap(), rule: Rule::AccountId },
        ]
    );
}

#[test]
fn every_rule_has_a_name_of_its_own() {
    let mut names = Rule::ALL.map(Rule::as_str).to_vec();
    names.sort_unstable();
    names.dedup();

    assert_eq!(names.len(), Rule::ALL.len());
}

#[test]
fn looks_at_each_byte_a_few_times_only_whatever_the_text() {
    let pieces = [
        "=",
        "a=",
        "1.",
        "1-",
        "123456789012-",
        "eyJ-",
        "@",
        "a.@",
        "^",
        "Doe^",
        "AKIA",
        "AKIA ",
        ": ",
        "\" : \"",
        "arn:aws",
        "arn:aws:",
        "-----BEGIN ",
        "x-amz-security-token:",
        "signature=",
        "/AQoDYXdz",
        "1.2.840.",
    ];
    for piece in pieces {
        let text = piece.repeat(100_000 / piece.len());

        let (_, looked) = rules::scan_counted(text.as_bytes());

        assert!(looked <= 200 * text.len(), "{piece:?}: {looked}");
    }
}

#[test]
fn stays_silent_on_the_stand_ins_of_types_that_look_like_secrets() {
    let patterns = [
        "arn:aws((-us-gov)|(-iso)|(-cn))?:press:[a-z0-9-]{1,63}:[0-9]{12}:job/[0-9a-z]{32}(/part/[0-9a-z]{32})?",
        "[0-9]{12}",
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "(?:[0-9][0-9]*|0)(\\\\.(?:[1-9][0-9]*|0))*",
        "[A-Za-z0-9/+]{40}",
        "AKIA[A-Z0-9]{16}",
        "[\\\\w]{16,128}",
    ];
    for pattern in patterns {
        let text = format!(
            "spec: 1\nservice: {{id: a, api_version: a, protocol: rest-json, signing_name: a, endpoint: a}}\n\
             operation: A\nhttp: {{method: POST, path: /a}}\ninput:\n  it: {{type: string, pattern: \"{pattern}\"}}\n"
        );
        let spec = crate::spec::compile("a.yaml", &text).unwrap();
        for ordinal in [1, 2, 9, 10, 99, 4711] {
            let stand_in = crate::spec::exemplar::stand_in(&spec, spec.input[0].shape, ordinal);

            assert_eq!(scan(&stand_in), [], "{stand_in}");
        }
    }
}
