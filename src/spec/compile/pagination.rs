//! How an operation pages: which members carry the token, the page size and the items.

use super::Compiler;
use super::members::Members;
use super::types::Shapes;
use super::vocabulary::PAGINATION;
use crate::spec::{Kind, Location, Member, Pagination};
use crate::yaml::{Fields, Node};

impl Compiler<'_> {
    pub(super) fn pagination(
        &mut self,
        fields: Fields<'_, '_>,
        input: &Members<'_, '_>,
        output: &Members<'_, '_>,
        shapes: &Shapes,
    ) -> Option<Pagination> {
        let node = fields.get("pagination")?;
        let fields = self.fields(node, "pagination", PAGINATION)?;
        let input_token = self.role(fields, "input_token", input, "input");
        let output_token = self.role(fields, "output_token", output, "output");
        let page_size = match fields.get("page_size") {
            Some(_) => self.role(fields, "page_size", input, "input"),
            None => None,
        };
        let items = self.role(fields, "items", output, "output");
        if let Some(token) = input_token {
            self.check_input_token(fields, token, page_size, shapes);
        }
        if let Some(token) = output_token {
            self.check_kind(fields, "output_token", token, shapes, "a string", |kind| *kind == Kind::String);
        }
        if let Some(size) = page_size {
            self.check_page_size(fields, size, shapes);
        }
        if let Some(items) = items {
            self.check_kind(fields, "items", items, shapes, "a list", |kind| matches!(kind, Kind::List(_)));
        }
        let identity = self.identity(fields, items, shapes);
        Some(Pagination {
            input_token: input_token?.key.clone(),
            output_token: output_token?.key.clone(),
            page_size: page_size.map(|member| member.key.clone()),
            items: items?.key.clone(),
            identity,
            line: node.line,
        })
    }

    /// The member that a key of the block names.
    fn role<'m>(
        &mut self,
        fields: Fields<'_, '_>,
        key: &str,
        members: &'m Members<'_, '_>,
        part: &str,
    ) -> Option<&'m Member> {
        let node = self.require(fields, "pagination", key)?;
        let name = self.take(node.text(self.source, &format!("\"{key}\" of pagination")))?;
        let member = members.get(name);
        if member.is_none() {
            let names = members.all.iter().map(|member| member.key.as_str());
            self.unknown_word::<()>(node, &format!("\"{key}\" names a member of the {part}; it"), name, names);
        }
        member
    }

    fn check_input_token(
        &mut self,
        fields: Fields<'_, '_>,
        token: &Member,
        page_size: Option<&Member>,
        shapes: &Shapes,
    ) -> Option<()> {
        let node = fields.get("input_token")?;
        self.check_kind(fields, "input_token", token, shapes, "a string", |kind| *kind == Kind::String)?;
        if token.location == Location::Path {
            return self.in_path(node, "input_token", token);
        }
        if token.required {
            let what = format!("\"input_token\" of pagination, {}, is required: there is no first page", token.key);
            return self
                .fail(self.source.error(node, what).help("the token of an input is optional: take \"required\" out"));
        }
        if page_size.is_some_and(|size| size.key == token.key) {
            let what = format!("{} cannot be both the token and the page size", token.key);
            return self.fail(self.source.error(node, what));
        }
        Some(())
    }

    fn check_page_size(&mut self, fields: Fields<'_, '_>, size: &Member, shapes: &Shapes) -> Option<()> {
        let is_whole = |kind: &Kind| matches!(kind, Kind::Integer | Kind::Long);
        self.check_kind(fields, "page_size", size, shapes, "an integer or a long", is_whole)?;
        if size.location == Location::Path {
            return self.in_path(fields.get("page_size")?, "page_size", size);
        }
        Some(())
    }

    fn in_path(&mut self, node: &Node<'_>, key: &str, member: &Member) -> Option<()> {
        let what = format!("\"{key}\" of pagination, {}, is in the path", member.key);
        self.fail(self.source.error(node, what).help("the pages of one listing have one path: name another input"))
    }

    fn check_kind(
        &mut self,
        fields: Fields<'_, '_>,
        key: &str,
        member: &Member,
        shapes: &Shapes,
        expected: &str,
        fits: impl Fn(&Kind) -> bool,
    ) -> Option<()> {
        let kind = shapes.kind(member)?;
        if fits(kind) {
            return Some(());
        }
        let what = format!("\"{key}\" of pagination, {}, has the wrong type", member.key);
        self.fail(self.source.error(fields.get(key)?, what).expected(expected).found(kind.in_words()))
    }

    /// The members of an item that tell it from the others.
    fn identity(&mut self, fields: Fields<'_, '_>, items: Option<&Member>, shapes: &Shapes) -> Vec<String> {
        let Some(node) = fields.get("identity") else { return Vec::new() };
        let Some(names) = self.items(node, "\"identity\" of pagination", super::MAX_ENTRIES) else { return Vec::new() };
        let Some(Kind::List(_)) = items.and_then(|items| shapes.kind(items)) else { return Vec::new() };
        let Some(known) = items.and_then(|items| shapes.item_members(items)) else {
            let error =
                self.source.error(node, "the items are no structures, so they have no members to be told apart by");
            self.tell(error.help("take \"identity\" out"));
            return Vec::new();
        };
        let mut identity: Vec<String> = Vec::new();
        for node in names {
            let Some(name) = self.take(node.text(self.source, "a member of \"identity\"")) else { continue };
            if identity.iter().any(|known| known == name) {
                self.tell(
                    self.source.error(node, format!("\"identity\" names {name} twice")).help("keep one of the two"),
                );
            } else if known.iter().any(|member| member.key == name) {
                identity.push(name.to_owned());
            } else {
                let known = known.iter().map(|member| member.key.as_str());
                self.unknown_word::<()>(node, "\"identity\" names members of an item; it", name, known);
            }
        }
        identity
    }
}
