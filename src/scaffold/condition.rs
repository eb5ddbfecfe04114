//! `if` and `unless` as templates should have them. Those of handlebars take a misspelt variable for false, and 0 and
//! the empty text too; these take true or false and refuse all else.

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderError, RenderErrorReason,
    Renderable,
};

/// A block that is rendered under a condition.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    /// Rendered where the value is true.
    If,
    /// Rendered where the value is false.
    Unless,
}

impl HelperDef for Condition {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        engine: &'reg Handlebars<'reg>,
        context: &'rc Context,
        rendering: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let wrong = |reason| RenderError::from(RenderErrorReason::Other(reason));
        let [parameter] = helper.params().as_slice() else {
            return Err(wrong(format!("`{}` takes one value", helper.name())));
        };
        if parameter.is_value_missing() {
            return Err(RenderError::strict_error(parameter.relative_path()));
        }
        let Some(value) = parameter.value().as_bool() else {
            return Err(wrong(format!("`{}` takes true or false, not `{}`", helper.name(), parameter.value())));
        };
        let block = if value == (*self == Self::If) { helper.template() } else { helper.inverse() };
        block.map_or(Ok(()), |block| block.render(engine, context, rendering, out))
    }
}
