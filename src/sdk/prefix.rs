//! The interceptor that keeps the host prefix off.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::endpoint::EndpointPrefix;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeSerializationInterceptorContextMut;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// An interceptor that keeps the SDK from putting an operation's host prefix
/// before the endpoint's host.
///
/// ```
/// # fn point(endpoint: &str) -> aws_sdk_medicalimaging::Client {
/// let config = aws_sdk_medicalimaging::Config::builder()
///     .behavior_version(aws_sdk_medicalimaging::config::BehaviorVersion::latest())
///     .endpoint_url(endpoint)
///     .interceptor(retake::sdk::WithoutHostPrefix)
///     .build();
/// aws_sdk_medicalimaging::Client::from_conf(config)
/// # }
/// ```
///
/// Give it to clients in tests only: a client that talks to the service needs the prefix.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WithoutHostPrefix;

impl Intercept for WithoutHostPrefix {
    fn name(&self) -> &'static str {
        "WithoutHostPrefix"
    }

    // The prefix is put into the bag with the operation's own configuration and read
    // when the endpoint is applied; in between, this hook is the first that may write.
    fn modify_before_serialization(
        &self,
        _context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        bag.interceptor_state().unset::<EndpointPrefix>();
        Ok(())
    }
}
