//! A desk: signs in and reads the public interface, as a browser would.

use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

use super::RigError;
use super::centre::Login;

/// Somebody signed in at a desk.
#[derive(Debug, Clone)]
pub struct Desk {
    url: String,
    cookie: String,
    client: Client,
}

impl Desk {
    /// Signs in.
    pub async fn sign_in(url: &str, login: &Login) -> Result<Self, RigError> {
        let mut desk = Self {
            url: url.to_owned(),
            cookie: String::new(),
            client: client()?,
        };
        let body = json!({"login": login.login, "password": login.password});
        let answer = desk
            .ask(Method::POST, "/api/v1/session", Some(body))
            .await?;
        let cookie = answer
            .headers()
            .get("set-cookie")
            .and_then(|c| c.to_str().ok());
        let cookie = cookie.and_then(|c| c.split(';').next()).map(str::to_owned);
        desk.cookie = cookie.ok_or_else(|| RigError::Unexpected {
            program: "POST /api/v1/session".into(),
            wanted: "a cookie",
        })?;
        Ok(desk)
    }

    /// Reads JSON.
    pub async fn get(&self, path: &str) -> Result<Value, RigError> {
        let answer = self.ask(Method::GET, path, None).await?;
        answer.json().await.map_err(asking(path))
    }

    /// Reads bytes.
    pub async fn bytes(&self, path: &str) -> Result<Vec<u8>, RigError> {
        let answer = self.ask(Method::GET, path, None).await?;
        Ok(answer.bytes().await.map_err(asking(path))?.to_vec())
    }

    /// Puts JSON.
    pub async fn put(&self, path: &str, body: Value) -> Result<(), RigError> {
        self.ask(Method::PUT, path, Some(body)).await.map(|_| ())
    }

    /// Every item of a list, page after page.
    pub async fn all(&self, path: &str) -> Result<Vec<Value>, RigError> {
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let joint = if path.contains('?') { '&' } else { '?' };
            let page = match &cursor {
                Some(cursor) => {
                    self.get(&format!("{path}{joint}limit=500&cursor={cursor}"))
                        .await?
                }
                None => self.get(&format!("{path}{joint}limit=500")).await?,
            };
            if let Some(some) = page.get("items").and_then(Value::as_array) {
                items.extend(some.iter().cloned());
            }
            cursor = page.get("next").and_then(Value::as_str).map(str::to_owned);
            if cursor.is_none() {
                return Ok(items);
            }
        }
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Response, RigError> {
        let what = format!("{method} {path}");
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        if !self.cookie.is_empty() {
            request = request.header("cookie", &self.cookie);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.map_err(asking(&what))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let text = answer.text().await.unwrap_or_default();
        let problem: Option<Value> = serde_json::from_str(&text).ok();
        let title = problem.as_ref().and_then(|p| p.get("title")?.as_str());
        let said = title.unwrap_or(&text).chars().take(200).collect();
        Err(RigError::Answer {
            what,
            status: status.as_u16(),
            said,
        })
    }
}

/// A client of its own: a desk keeps its own connection.
fn client() -> Result<Client, RigError> {
    // Another part of the program may have chosen one before us; that is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().build().map_err(asking("a client"))
}

fn asking(what: &str) -> impl FnOnce(reqwest::Error) -> RigError + use<> {
    let what = what.to_owned();
    move |source| RigError::Ask { what, source }
}
