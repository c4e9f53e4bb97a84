//! The limits: the least code that does the work on the same libraries. A responder that looks its answer up in a hash map,
//! a proxy that records nothing, and a scan of the YAML events that keeps none of them.

use bytes::Bytes;
use granit_parser::Parser;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, client, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{collections::HashMap, convert::Infallible, sync::Arc};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::Runtime,
    sync::Mutex,
};

use crate::data;

/// Answers each request from a hash map of its target.
pub(crate) fn serve_map(file: &str) {
    let answers: HashMap<String, Bytes> =
        data::read_plain(file).into_iter().map(|(target, body)| (target, Bytes::from(body))).collect();
    let answers = Arc::new(answers);
    Runtime::new().unwrap().block_on(async {
        let listener = listen().await;
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let answers = Arc::clone(&answers);
            let service = service_fn(move |request: Request<Incoming>| {
                let answers = Arc::clone(&answers);
                async move { Ok::<_, Infallible>(look_up(&answers, &request)) }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
}

fn look_up(answers: &HashMap<String, Bytes>, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let (status, body) = answers.get(target).map_or((404, Bytes::new()), |body| (200, body.clone()));
    Response::builder().status(status).header("content-type", "application/json").body(Full::new(body)).unwrap()
}

/// Hands each request to the upstream and its answer back, and keeps neither; a connection there for each one here.
pub(crate) fn serve_proxy(upstream: &str) {
    Runtime::new().unwrap().block_on(async {
        let listener = listen().await;
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            tokio::spawn(relay(stream, upstream.to_owned()));
        }
    });
}

async fn relay(stream: TcpStream, upstream: String) {
    let onward = TcpStream::connect(upstream).await.unwrap();
    onward.set_nodelay(true).unwrap();
    let (sender, connection) = client::conn::http1::handshake(TokioIo::new(onward)).await.unwrap();
    tokio::spawn(connection);
    let sender = Arc::new(Mutex::new(sender));
    let service = service_fn(move |request: Request<Incoming>| {
        let sender = Arc::clone(&sender);
        async move { sender.lock().await.send_request(request).await }
    });
    http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.unwrap();
}

async fn listen() -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    listener
}

/// Counts the events of a YAML text.
pub(crate) fn count_events(text: &str) -> usize {
    Parser::new_from_str(text).try_fold(0, |count, event| event.map(|_| count + 1)).unwrap()
}
