//! From what was written to what is legal: every mistake that the macro can see is reported here, and what it cannot
//! see becomes a question for the type checker.

mod compose;
mod container;
mod default;
mod names;
mod nested;
mod presence;
mod quantity;
mod range;
mod telling;
mod value;

use proc_macro2::{Ident, TokenStream};
use syn::{Data, DeriveInput, Fields};

use crate::attr::{ContainerAttrs, FieldAttrs, plain};
use crate::ctxt::Ctxt;
use crate::model::{Asks, Declaration, Question};

/// A declaration as far as it is legal.
pub(crate) struct Checked {
    /// None where the macro found a mistake.
    pub(crate) declaration: Option<Declaration>,
    pub(crate) questions: Vec<Question>,
    /// The path of the core crate.
    pub(crate) krate: TokenStream,
}

/// One field with what was written on it.
pub(crate) struct Written<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) ty: &'a syn::Type,
    pub(crate) attrs: FieldAttrs,
}

/// Checks a whole struct.
pub(crate) fn check(ctxt: &Ctxt, input: &DeriveInput) -> Checked {
    let container = ContainerAttrs::read(ctxt, &input.attrs);
    let krate = container::krate(&container);
    let mut questions = Vec::new();
    let Some(fields) = fields(ctxt, input) else {
        return Checked { declaration: None, questions, krate };
    };
    let written: Vec<_> = fields
        .iter()
        .filter_map(|field| {
            let ident = field.ident.as_ref()?;
            Some(Written { ident, ty: &field.ty, attrs: FieldAttrs::read(ctxt, &field.attrs) })
        })
        .collect();
    container::check(ctxt, &mut questions, &container);
    names::check(ctxt, &container, &written);
    let secret = written.iter().find(|field| field.attrs.is_secret());
    if let Some(secret) = secret.filter(|_| input.generics.params.is_empty()) {
        let asks = Asks::NoSerialize { ident: input.ident.clone(), field: plain(secret.ident) };
        questions.push(Question { span: input.ident.span(), asks });
    }
    let members: Vec<_> =
        written.iter().map(|field| value::member(ctxt, &mut questions, field, &written)).collect();
    let members: Option<Vec<_>> = members.into_iter().collect();
    let declaration =
        members.map(|members| container::declaration(&input.ident, container, members));
    Checked { declaration, questions, krate }
}

/// The fields of a struct with named fields and without parameters (C17).
fn fields<'a>(ctxt: &Ctxt, input: &'a DeriveInput) -> Option<&'a Fields> {
    let ident = &input.ident;
    let fields = match &input.data {
        Data::Struct(data) => &data.fields,
        Data::Enum(data) => {
            let message = format!(
                "`{ident}` is an enum: `Secrets` declares a struct with named fields; an enum is the type of a field, \
                 with `#[derive(serde::Deserialize)]` instead"
            );
            ctxt.error(data.enum_token, message);
            return None;
        }
        Data::Union(data) => {
            ctxt.error(
                data.union_token,
                "`Secrets` declares a struct with named fields: write `struct` for `union`",
            );
            return None;
        }
    };
    let mut sound = true;
    if !matches!(fields, Fields::Named(_)) {
        ctxt.error(
            ident,
            format_args!("a setting needs a name: write `struct {ident} {{ name: Type, .. }}`"),
        );
        sound = false;
    }
    if !input.generics.params.is_empty() {
        let message = "the settings of a program have no parameters: write the types out, and own what is borrowed \
                       (`String` for `&str`)";
        ctxt.error(&input.generics, message);
        sound = false;
    }
    if let Some(clause) = &input.generics.where_clause {
        ctxt.error(clause, "the settings of a program have no `where` clause: take it away");
        sound = false;
    }
    sound.then_some(fields)
}
